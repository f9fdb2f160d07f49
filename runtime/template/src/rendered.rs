//! What rendering gives: texts that know which of their bytes are secret.

use crate::marks::Marks;
use crate::text::Out;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A rendered text. Its bytes need not be UTF-8: a template can print binary data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    bytes: Vec<u8>,
    marks: Marks,
}

impl Text {
    pub(crate) fn plain(text: &str) -> Text {
        Text {
            bytes: text.as_bytes().to_vec(),
            marks: Marks::none(),
        }
    }

    pub(crate) fn of(out: Out) -> Text {
        let (bytes, marks) = out.into_parts();
        Text { bytes, marks }
    }

    /// The bytes, secret ones included.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text, secret parts included; what is no UTF-8 becomes U+FFFD.
    pub fn reveal(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// The byte ranges that are secret: sorted, disjoint, not empty.
    pub fn secrets(&self) -> &[Range<usize>] {
        self.marks.ranges()
    }

    /// True if any byte is secret.
    pub fn is_secret(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The text with each secret range replaced by what `replace` gives for its bytes.
    pub fn redact(&self, mut replace: impl FnMut(&[u8]) -> String) -> String {
        let mut out = String::with_capacity(self.bytes.len());
        let mut at = 0;
        let part = |range: Range<usize>| self.bytes.get(range).unwrap_or_default();
        for range in self.secrets() {
            out.push_str(&String::from_utf8_lossy(part(at..range.start)));
            out.push_str(&replace(part(range.clone())));
            at = range.end;
        }
        out.push_str(&String::from_utf8_lossy(part(at..self.bytes.len())));
        out
    }
}

impl fmt::Debug for Text {
    /// Shows no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.redact(|_| "\u{2026}".into()))
    }
}
