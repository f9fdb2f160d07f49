//! Words with a small alphabet: API groups, resources, HTTP methods.

use std::fmt;
use std::str::FromStr;

use super::super::error::PatternError;
use super::text_serde;

macro_rules! word_pattern {
    ($(#[$doc:meta])* $name:ident, $what:literal, $hint:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            /// `*`.
            Any,
            /// This one word.
            Exact(Box<str>),
        }

        impl $name {
            /// Whether the pattern stands for `word`.
            #[must_use]
            pub fn matches(&self, word: &str) -> bool {
                match self {
                    Self::Any => true,
                    Self::Exact(exact) => **exact == *word,
                }
            }

            /// The words that both stand for, if there are any.
            #[must_use]
            pub fn intersect(&self, other: &Self) -> Option<Self> {
                match (self, other) {
                    (Self::Any, rest) | (rest, Self::Any) => Some(rest.clone()),
                    (a, b) => (a == b).then(|| a.clone()),
                }
            }
        }

        impl FromStr for $name {
            type Err = PatternError;

            fn from_str(text: &str) -> Result<Self, PatternError> {
                let valid: fn(&str) -> bool = $valid;
                if text == "*" {
                    Ok(Self::Any)
                } else if valid(text) {
                    Ok(Self::Exact(text.into()))
                } else {
                    Err(PatternError::new($what, text, $hint))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Any => f.write_str("*"),
                    Self::Exact(word) => f.write_str(word),
                }
            }
        }

        text_serde!($name, $hint);
    };
}

word_pattern!(
    /// API groups, resources and subresources: `*` or one word; `""` is the core group.
    WordPattern,
    "name of an API group or resource",
    "write lower-case letters, digits, - and ., or * alone; a subresource has its own field",
    |text| text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
);

word_pattern!(
    /// HTTP methods: `*` or one method in upper case.
    MethodPattern,
    "HTTP method",
    "write a method in upper case, for example GET, or * alone",
    |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
);
