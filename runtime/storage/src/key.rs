//! Keys of objects and prefixes of keys.
//!
//! Keys are cleaned as existing clients clean them, like a path: superfluous slashes and `.` vanish
//! and `..` takes back the segment before it. What they allow besides, to climb above the prefix with
//! `..`, is an error here.

use object_store::path::Path;

/// Why a text is no key or prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// `..` leads above where the path begins.
    #[error("the path {path:?} leaves its prefix with \"..\"; give a path below the prefix")]
    Escapes {
        /// The path as it was given.
        path: String,
    },
    /// A character that no store takes.
    #[error("the path {path:?} holds a control character; remove it")]
    Control {
        /// The path as it was given.
        path: String,
    },
    /// Nothing is left of the path.
    #[error("the path names no object: neither the prefix of the profile nor the path has a name")]
    Empty,
}

/// Cleans `path` and returns its segments.
///
/// # Errors
/// `..` above the beginning, and control characters.
fn segments(path: &str) -> Result<Vec<&str>, KeyError> {
    if path.chars().any(|c| c.is_ascii_control()) {
        return Err(KeyError::Control { path: path.into() });
    }
    let mut out = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                out.pop()
                    .ok_or_else(|| KeyError::Escapes { path: path.into() })?;
            }
            name => out.push(name),
        }
    }
    Ok(out)
}

/// The beginning of keys, in whole segments. The empty one is the whole bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(Vec<String>);

impl Prefix {
    /// Cleans `text`.
    ///
    /// # Errors
    /// `..` above the beginning, and control characters.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Ok(Self(
            segments(text)?.into_iter().map(str::to_owned).collect(),
        ))
    }

    /// True for the whole bucket.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The longer prefix `self/path`.
    ///
    /// # Errors
    /// As [`Prefix::parse`]; `..` never climbs above `self`.
    pub fn join(&self, path: &str) -> Result<Self, KeyError> {
        let more = segments(path)?.into_iter().map(str::to_owned);
        Ok(Self(self.0.iter().cloned().chain(more).collect()))
    }

    /// The key of the object `self/path`; of the object `self` if the path is empty.
    ///
    /// # Errors
    /// As [`Prefix::join`], and [`KeyError::Empty`] if no name is left.
    pub fn key(&self, path: &str) -> Result<Key, KeyError> {
        let joined = self.join(path)?;
        if joined.is_root() {
            return Err(KeyError::Empty);
        }
        Ok(Key(joined.to_string()))
    }

    /// The prefix as the store's library wants it.
    pub(crate) fn path(&self) -> Path {
        // Segments are neither empty nor dots nor with control characters, which is all it refuses.
        Path::parse(self.to_string()).unwrap_or_default()
    }

    /// What is left of `key` behind this prefix; None if it does not lie below.
    pub(crate) fn strip<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.is_root() {
            return Some(key);
        }
        key.strip_prefix(&self.to_string())?.strip_prefix('/')
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

/// The full key of one object in its bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as the store's library wants it.
    pub(crate) fn path(&self) -> Path {
        // See Prefix::path.
        Path::parse(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyError, Prefix};
    use proptest::prelude::*;

    fn key(prefix: &str, path: &str) -> Result<String, KeyError> {
        Ok(Prefix::parse(prefix)?.key(path)?.to_string())
    }

    #[test]
    fn cleaned_like_a_path() {
        assert_eq!(key("", "a/b.txt").unwrap(), "a/b.txt");
        assert_eq!(key("/lead//x/", "/a//b/").unwrap(), "lead/x/a/b");
        assert_eq!(key("./a/../lead/", "x").unwrap(), "lead/x");
        assert_eq!(key("base/dir", "").unwrap(), "base/dir");
        assert_eq!(key("p", "a/../b").unwrap(), "p/b");
    }

    #[test]
    fn refused() {
        assert!(matches!(
            key("base/dir", "../up"),
            Err(KeyError::Escapes { .. })
        ));
        assert!(matches!(key("..", "x"), Err(KeyError::Escapes { .. })));
        assert_eq!(key("", "/"), Err(KeyError::Empty));
        assert_eq!(key("", "a/.."), Err(KeyError::Empty));
        assert!(matches!(key("", "a\nb"), Err(KeyError::Control { .. })));
    }

    #[test]
    fn strip_keeps_to_segments() {
        let prefix = Prefix::parse("a/b").unwrap();
        assert_eq!(prefix.strip("a/b/c"), Some("c"));
        assert_eq!(prefix.strip("a/bc"), None);
        assert_eq!(prefix.strip("a/b"), None);
    }

    proptest! {
        #[test]
        fn a_key_never_leaves_its_prefix(prefix in "[a-c/.]{0,8}", path in "[a-c/.]{0,12}") {
            let Ok(prefix) = Prefix::parse(&prefix) else { return Ok(()) };
            let Ok(key) = prefix.key(&path) else { return Ok(()) };
            let inside = prefix.is_root()
                || key.as_str() == prefix.to_string()
                || prefix.strip(key.as_str()).is_some();
            prop_assert!(inside);
            prop_assert!(!key.as_str().split('/').any(|s| s.is_empty() || s == "." || s == ".."));
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in "[a-c/.]{0,12}") {
            if let Ok(once) = Prefix::parse(&text) {
                prop_assert_eq!(&Prefix::parse(&once.to_string()).unwrap(), &once);
            }
        }
    }
}
