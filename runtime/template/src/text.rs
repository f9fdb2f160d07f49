//! Go strings: any bytes, a named type perhaps, and the marks of what is secret.

use crate::marks::Marks;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The Go type of a string; only [`Named::String`] is accepted where a function wants `string`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    String,
    SecretType,
    LocationType,
    CredentialType,
    Uid,
    FieldsOperation,
}

impl Named {
    pub(crate) fn go_name(self) -> &'static str {
        match self {
            Named::String => "string",
            Named::SecretType => "v1.SecretType",
            Named::LocationType => "v1alpha1.LocationType",
            Named::CredentialType => "param.CredentialType",
            Named::Uid => "types.UID",
            Named::FieldsOperation => "v1.ManagedFieldsOperationType",
        }
    }
}

/// A Go string or byte slice content: bytes that need not be UTF-8, with marks.
#[derive(Debug, Clone)]
pub(crate) struct Str {
    bytes: Arc<[u8]>,
    marks: Option<Arc<Marks>>,
    named: Named,
}

impl Str {
    pub(crate) fn new(bytes: impl Into<Arc<[u8]>>) -> Str {
        Str {
            bytes: bytes.into(),
            marks: None,
            named: Named::String,
        }
    }

    pub(crate) fn marked(bytes: impl Into<Arc<[u8]>>, marks: Marks) -> Str {
        let marks = if marks.is_empty() {
            None
        } else {
            Some(Arc::new(marks))
        };
        Str {
            bytes: bytes.into(),
            marks,
            named: Named::String,
        }
    }

    pub(crate) fn secret(bytes: impl Into<Arc<[u8]>>) -> Str {
        let bytes = bytes.into();
        let marks = Marks::whole(bytes.len());
        Str::marked(bytes, marks)
    }

    pub(crate) fn named(mut self, named: Named) -> Str {
        self.named = named;
        self
    }

    pub(crate) fn type_name(&self) -> Named {
        self.named
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The text for functions that work on runes; invalid bytes become U+FFFD as Go's rune loops see them.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    pub(crate) fn is_secret(&self) -> bool {
        self.marks.is_some()
    }

    pub(crate) fn marks(&self) -> &Marks {
        static NONE: Marks = Marks::none();
        self.marks.as_deref().unwrap_or(&NONE)
    }

    pub(crate) fn all_secret(&self) -> Str {
        Str {
            named: self.named,
            ..Str::secret(Arc::clone(&self.bytes))
        }
    }

    /// The bytes `range` with their marks; a range outside is cut to the text.
    pub(crate) fn slice(&self, range: Range<usize>) -> Str {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        if start == 0 && end == self.len() {
            return Str {
                named: Named::String,
                ..self.clone()
            };
        }
        let part = self.bytes.get(start..end).unwrap_or_default();
        Str::marked(part, self.marks().cut(start..end))
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Str {
        Str::new(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Str {
        Str::new(text.into_bytes())
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Str) -> bool {
        self.bytes == other.bytes
    }
}

/// Collects a text and its marks. Grows to `limit` bytes; what goes beyond is dropped and noted, so that a
/// function that writes a lot needs no check of its own: its caller asks [`Out::overflowed`].
#[derive(Debug)]
pub(crate) struct Out {
    bytes: Vec<u8>,
    marks: Marks,
    limit: usize,
    overflowed: bool,
}

impl Out {
    pub(crate) fn new(limit: usize) -> Out {
        Out::into(Vec::new(), limit)
    }

    /// Collects into an empty buffer that was used before.
    pub(crate) fn into(bytes: Vec<u8>, limit: usize) -> Out {
        Out {
            bytes,
            marks: Marks::none(),
            limit,
            overflowed: false,
        }
    }

    /// Makes room for `bytes`, within the limit.
    pub(crate) fn reserve(mut self, bytes: usize) -> Out {
        self.bytes.reserve(bytes.min(self.limit));
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.limit {
            self.overflowed = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.push(&[byte]);
    }

    pub(crate) fn fill(&mut self, byte: u8, count: usize) {
        if self.bytes.len().saturating_add(count) > self.limit {
            self.overflowed = true;
        } else {
            self.bytes.resize(self.bytes.len() + count, byte);
        }
    }

    /// Appends padding, secret if what it pads is: how much there is tells its length.
    pub(crate) fn fill_if(&mut self, byte: u8, count: usize, secret: bool) {
        let start = self.bytes.len();
        self.fill(byte, count);
        if secret {
            self.marks.add(start..self.bytes.len());
        }
    }

    /// Appends bytes that are secret if `secret`.
    pub(crate) fn push_if(&mut self, bytes: &[u8], secret: bool) {
        let start = self.bytes.len();
        self.push(bytes);
        if secret {
            self.marks.add(start..self.bytes.len());
        }
    }

    /// Appends a string with its marks.
    pub(crate) fn push_str(&mut self, text: &Str) {
        let start = self.bytes.len();
        self.push(text.bytes());
        if text.is_secret() && self.bytes.len() == start + text.len() {
            self.marks.add_shifted(text.marks(), start);
        }
    }

    /// Appends the bytes `range` of a string with their marks; a range outside is cut to the text.
    pub(crate) fn push_part(&mut self, text: &Str, range: Range<usize>) {
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        let at = self.bytes.len();
        self.push(text.bytes().get(start..end).unwrap_or_default());
        if text.is_secret() && self.bytes.len() == at + (end - start) {
            self.marks.add_shifted(&text.marks().cut(start..end), at);
        }
    }

    /// Appends what stands in place of the bytes `range` of `text`. Where those or their neighbours are secret it is
    /// secret too: that something was replaced there tells what was there.
    pub(crate) fn push_in_place(&mut self, new: &Str, text: &Str, range: Range<usize>) {
        if text
            .marks()
            .touches(range.start.saturating_sub(1)..range.end + 1)
        {
            self.push_if(new.bytes(), true);
        } else {
            self.push_str(new);
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<u8>, Marks) {
        (self.bytes, self.marks)
    }

    pub(crate) fn finish(self) -> Str {
        Str::marked(self.bytes, self.marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_travel_with_the_bytes() {
        let mut out = Out::new(100);
        out.text("user=");
        out.push_str(&Str::secret(&b"hunter2"[..]));
        out.text(";");
        let text = out.finish();
        assert_eq!(text.marks().cut(5..12), Marks::whole(7));
        assert!(!text.marks().touches(0..5) && !text.marks().touches(12..13));
        assert_eq!(text.slice(8..20).marks().cut(0..4), Marks::whole(4));
        assert!(!text.slice(0..5).is_secret());
    }

    #[test]
    fn too_much_is_noted_and_dropped() {
        let mut out = Out::new(4);
        out.text("abc");
        out.push_str(&Str::secret(&b"de"[..]));
        out.fill(b'x', usize::MAX);
        assert!(out.overflowed());
        assert_eq!(out.finish().bytes(), b"abc");
    }
}
