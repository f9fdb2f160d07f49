//! Command lines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::super::error::PatternError;
use super::text_serde;

/// One position of a command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgvPart {
    /// This very text. A `*` within a longer text is an ordinary character; a text that would be a
    /// pattern, or begins with a backslash, is written with a backslash before it: `\*`.
    Exact(Box<str>),
    /// `*`: any one argument.
    Any,
    /// `**`: any number of further arguments, none included; only at the end.
    Rest,
}

impl FromStr for ArgvPart {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "*" => Self::Any,
            "**" => Self::Rest,
            _ => Self::Exact(text.strip_prefix('\\').unwrap_or(text).into()),
        })
    }
}

impl fmt::Display for ArgvPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Rest => f.write_str("**"),
            Self::Exact(text) => {
                if matches!(&**text, "*" | "**") || text.starts_with('\\') {
                    f.write_str("\\")?;
                }
                f.write_str(text)
            }
        }
    }
}

text_serde!(ArgvPart, "an argument, * or **");

/// A pattern of command lines: `[pg_dump, "*", "**"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<ArgvPart>", into = "Vec<ArgvPart>")]
pub struct ArgvPattern {
    parts: Vec<ArgvPart>,
}

impl ArgvPattern {
    /// A pattern of these parts.
    ///
    /// # Errors
    /// [`PatternError`] if there are none, or if [`ArgvPart::Rest`] is not the last.
    pub fn new(parts: Vec<ArgvPart>) -> Result<Self, PatternError> {
        let error = |hint: &str| Err(PatternError::new("command pattern", &join(&parts), hint));
        let Some((_, before)) = parts.split_last() else {
            return error("it needs at least one argument, the program");
        };
        if before.contains(&ArgvPart::Rest) {
            return error("** can only stand at the end");
        }
        Ok(Self { parts })
    }

    /// A pattern that stands for this command line alone, whatever its texts are.
    ///
    /// # Errors
    /// [`PatternError`] for a command line without a program.
    pub fn exact(argv: &[String]) -> Result<Self, PatternError> {
        Self::new(
            argv.iter()
                .map(|text| ArgvPart::Exact(text.as_str().into()))
                .collect(),
        )
    }

    /// Its parts; never empty.
    #[must_use]
    pub fn parts(&self) -> &[ArgvPart] {
        &self.parts
    }

    /// The arguments that must be there, and whether more may follow.
    fn fixed(&self) -> (&[ArgvPart], bool) {
        match self.parts.split_last() {
            Some((ArgvPart::Rest, fixed)) => (fixed, true),
            _ => (&self.parts, false),
        }
    }

    /// Whether the pattern stands for `argv`.
    #[must_use]
    pub fn matches(&self, argv: &[String]) -> bool {
        let (fixed, open) = self.fixed();
        let long_enough = if open {
            argv.len() >= fixed.len()
        } else {
            argv.len() == fixed.len()
        };
        long_enough
            && fixed.iter().zip(argv).all(|(part, text)| match part {
                ArgvPart::Exact(exact) => **exact == **text,
                ArgvPart::Any | ArgvPart::Rest => true,
            })
    }

    /// The command lines that both stand for, if there are any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (a, a_open) = self.fixed();
        let (b, b_open) = other.fixed();
        let (long, short, short_open) = if a.len() >= b.len() {
            (a, b, b_open)
        } else {
            (b, a, a_open)
        };
        if long.len() > short.len() && !short_open {
            return None;
        }
        let mut parts = Vec::with_capacity(long.len() + 1);
        for (index, part) in long.iter().enumerate() {
            parts.push(match (part, short.get(index).unwrap_or(&ArgvPart::Any)) {
                (ArgvPart::Exact(x), ArgvPart::Exact(y)) if x != y => return None,
                (exact @ ArgvPart::Exact(_), _) | (_, exact @ ArgvPart::Exact(_)) => exact.clone(),
                _ => ArgvPart::Any,
            });
        }
        if a_open && b_open {
            parts.push(ArgvPart::Rest);
        }
        Some(Self { parts })
    }
}

fn join(parts: &[ArgvPart]) -> String {
    parts
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

impl TryFrom<Vec<ArgvPart>> for ArgvPattern {
    type Error = PatternError;

    fn try_from(parts: Vec<ArgvPart>) -> Result<Self, PatternError> {
        Self::new(parts)
    }
}

impl From<ArgvPattern> for Vec<ArgvPart> {
    fn from(pattern: ArgvPattern) -> Self {
        pattern.parts
    }
}

impl fmt::Display for ArgvPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(&self.parts))
    }
}
