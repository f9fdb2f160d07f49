//! Flags, width and precision of a verb, and padding.

use crate::text::{Out, Str};

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
    /// Inside the report of a wrong verb: no `String` methods.
    pub(super) raw: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Flags {
    /// True if nothing asks for padding, a sign, a prefix or a precision.
    pub(super) fn plain(&self) -> bool {
        self.width.is_none() && self.precision.is_none() && !(self.plus || self.space || self.sharp)
    }

    pub(super) fn without_zero(self) -> Flags {
        Flags {
            zero: false,
            ..self
        }
    }

    fn missing(&self, runes: usize) -> usize {
        self.width.unwrap_or(0).saturating_sub(runes)
    }

    pub(super) fn padding(&self, out: &mut Out, count: usize, secret: bool) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.fill_if(byte, count, secret);
    }

    /// Writes a string with its marks, padded to the width in runes.
    pub(super) fn pad(&self, out: &mut Out, text: &Str) {
        let missing = if self.width.is_some() {
            self.missing(runes(text.bytes()))
        } else {
            0
        };
        if !self.minus {
            self.padding(out, missing, text.is_secret());
        }
        out.push_str(text);
        if self.minus {
            self.padding(out, missing, text.is_secret());
        }
    }

    /// The same for a text that is secret or not.
    pub(super) fn pad_text(&self, out: &mut Out, text: &str, secret: bool) {
        let text = if secret {
            Str::secret(text.as_bytes())
        } else {
            text.into()
        };
        self.pad(out, &text);
    }
}

/// The number of runes, an invalid byte being one.
pub(super) fn runes(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

/// The first `count` runes.
pub(super) fn truncate(text: &Str, count: usize) -> Str {
    let mut left = count;
    let mut end = 0;
    for chunk in text.bytes().utf8_chunks() {
        for unit in chunk
            .valid()
            .chars()
            .map(char::len_utf8)
            .chain(chunk.invalid().iter().map(|_| 1))
        {
            if left == 0 {
                return text.slice(0..end);
            }
            left -= 1;
            end += unit;
        }
    }
    text.clone()
}
