//! Folders of an object store or a URL.

use std::fmt;
use std::str::FromStr;

use super::super::error::PatternError;
use super::text_serde;

/// A folder, compared segment by segment: `dumps/` and `dumps` both stand for the key `dumps` and
/// for all keys that begin with `dumps/`, and not for `dumpster`. Empty, it stands for every key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPrefix(Box<str>);

impl KeyPrefix {
    /// Whether it stands for every key.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder without slashes at its ends.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `key`, without a slash at its beginning, is in the folder.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.is_whole()
            || key
                .strip_prefix(&*self.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The keys that are in both folders, if there can be any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        if self.contains(&other.0) {
            Some(other.clone())
        } else {
            other.contains(&self.0).then(|| self.clone())
        }
    }
}

impl FromStr for KeyPrefix {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if matches!(text, "" | "/") {
            return Ok(Self::default());
        }
        let folder = text.strip_prefix('/').unwrap_or(text);
        let folder = folder.strip_suffix('/').unwrap_or(folder);
        let error = |hint: &str| Err(PatternError::new("folder", text, hint));
        if folder
            .split('/')
            .any(|part| matches!(part, "" | "." | ".."))
        {
            return error("its segments cannot be empty, . or ..");
        }
        if folder.chars().any(char::is_control) {
            return error("it has a control character");
        }
        Ok(Self(folder.into()))
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(KeyPrefix, "a folder such as dumps/");
