//! What rendering gives: texts that know which of their bytes are secret.

use crate::marks::Marks;
use crate::text::{Out, Str};
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

    pub(crate) fn of_str(text: Str) -> Text {
        Text {
            bytes: text.bytes().to_vec(),
            marks: text.marks().clone(),
        }
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

/// A text with nothing secret in it.
impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::plain(text)
    }
}

impl fmt::Debug for Text {
    /// Shows no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.redact(|_| "\u{2026}".into()))
    }
}

/// A rendered argument: JSON whose texts know what is secret in them.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// null
    Null,
    /// true or false
    Bool(bool),
    /// A number as it stood in the argument.
    Number(serde_json::Number),
    /// A rendered string.
    Text(Text),
    /// A list.
    List(Vec<Tree>),
    /// A map with rendered keys, in the order in which it was written.
    Map(Vec<(Text, Tree)>),
}

impl Tree {
    /// The JSON of it, secrets included; what is no UTF-8 becomes U+FFFD, as in Go's JSON.
    pub fn reveal(&self) -> serde_json::Value {
        self.write(&mut |text| text.reveal().into_owned())
    }

    /// The JSON of it, each secret range of a text replaced by what `replace` gives for its bytes.
    pub fn redact(&self, replace: &mut impl FnMut(&[u8]) -> String) -> serde_json::Value {
        self.write(&mut |text| text.redact(&mut *replace))
    }

    fn write(&self, text: &mut dyn FnMut(&Text) -> String) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Tree::Null => Json::Null,
            Tree::Bool(value) => Json::Bool(*value),
            Tree::Number(number) => Json::Number(number.clone()),
            Tree::Text(value) => Json::String(text(value)),
            Tree::List(items) => Json::Array(items.iter().map(|item| item.write(text)).collect()),
            Tree::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, item)| (text(key), item.write(text)));
                Json::Object(entries.collect())
            }
        }
    }

    /// True if any text or key in it is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Tree::Null | Tree::Bool(_) | Tree::Number(_) => false,
            Tree::Text(text) => text.is_secret(),
            Tree::List(items) => items.iter().any(Tree::is_secret),
            Tree::Map(entries) => entries
                .iter()
                .any(|(key, item)| key.is_secret() || item.is_secret()),
        }
    }
}
