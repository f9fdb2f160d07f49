//! Keys of object stores.
//!
//! Stores disagree about what `a//b`, `./a` and `a/../b` are: S3 takes them literally, a file store
//! and many proxies walk them. A key that could be read in two ways could be checked in one and used
//! in the other, so only keys with one reading exist here.

use std::fmt;

/// The most bytes of a key; S3's limit.
const LONGEST: usize = 1024;

/// A key that every store reads in the same way: segments with one slash between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(Box<str>);

/// Why a text is no [`ObjectKey`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key:?} is no key of an object: {why}")]
pub struct ObjectKeyError {
    key: String,
    why: &'static str,
}

impl ObjectKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`ObjectKeyError`] for keys that are empty, too long or absolute, and for those with empty
    /// segments, `.`, `..`, backslashes or control characters.
    pub fn parse(text: &str) -> Result<Self, ObjectKeyError> {
        let error = |why| {
            Err(ObjectKeyError {
                key: text.chars().take(120).collect(),
                why,
            })
        };
        if text.is_empty() {
            return error("it is empty");
        }
        if text.len() > LONGEST {
            return error("it is longer than 1024 bytes");
        }
        if text.starts_with('/') {
            return error("it begins with a slash; keys are relative to their slot");
        }
        if text.chars().any(char::is_control) {
            return error("it has a control character");
        }
        if text.contains('\\') {
            return error("it has a backslash");
        }
        if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return error("it has a segment that is empty, . or ..");
        }
        Ok(Self(text.into()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is a key, or empty, which means a whole slot.
pub(super) fn is_key_or_empty(text: &str) -> bool {
    text.is_empty() || ObjectKey::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::ObjectKey;

    /// T8: a key that walks out of its folder in one store and not in another.
    #[test]
    fn keys_with_two_readings_are_refused() {
        for key in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "a/./b", "a\0b",
            "a\nb", "a\\..\\b",
        ] {
            assert!(ObjectKey::parse(key).is_err(), "{key:?}");
        }
        assert!(ObjectKey::parse(&"k".repeat(1025)).is_err());
    }

    #[test]
    fn ordinary_keys_are_kept_as_they_are() {
        for key in [
            "a",
            "dumps/2026-01-01T00:00:00Z.sql.gz",
            "a b/ü",
            "..a/b..",
            "a/…",
        ] {
            assert_eq!(ObjectKey::parse(key).unwrap().as_str(), key);
        }
    }
}
