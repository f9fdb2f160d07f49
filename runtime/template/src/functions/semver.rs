//! `semver` and `semverCompare`, with the rules of the library that upstream uses.

use super::{Args, Function, Param, Rule};
use crate::context::Fail;
use crate::value::Value;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("semver", &[Param::Str], Rule::Whole, |_, args| {
        Version::parse(&Args(args).str(0)?.text()).map(|version| Value::Version(Arc::new(version)))
    }),
    Function::fixed(
        "semverCompare",
        &[Param::Str, Param::Str],
        Rule::Clear,
        |_, args| {
            let constraint = constraints::parse(&Args(args).str(0)?.text())?;
            let version = Version::parse(&Args(args).str(1)?.text())?;
            Ok(Value::Bool(
                constraint
                    .iter()
                    .any(|all| all.iter().all(|one| one.admits(&version))),
            ))
        },
    ),
];

/// A version; missing minor and patch numbers are 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: i64,
    pub(crate) minor: i64,
    pub(crate) patch: i64,
    pub(crate) pre: String,
    pub(crate) metadata: String,
    pub(crate) original: String,
    pub(crate) secret: bool,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Numbers, pre-release and metadata of a text, each as written; the numbers may be wildcards.
struct Parts<'t> {
    numbers: [&'t str; 3],
    pre: &'t str,
    metadata: &'t str,
}

/// Takes what looks like a version from the front of `text`; `digit` says what a number consists of.
fn take_parts(text: &str, digit: fn(char) -> bool) -> Option<(Parts<'_>, &str)> {
    let mut rest = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = [""; 3];
    for (i, slot) in numbers.iter_mut().enumerate() {
        let after = if i == 0 {
            Some(rest)
        } else {
            rest.strip_prefix('.')
        };
        let Some(after) = after else { break };
        let end = after.find(|c| !digit(c)).unwrap_or(after.len());
        if end == 0 {
            break;
        }
        (*slot, rest) = after.split_at(end);
    }
    if numbers.first().is_none_or(|major| major.is_empty()) {
        return None;
    }
    let (pre, rest) = take_identifiers(rest, '-');
    let (metadata, rest) = take_identifiers(rest, '+');
    Some((
        Parts {
            numbers,
            pre,
            metadata,
        },
        rest,
    ))
}

/// Dot-separated identifiers behind a sign.
fn take_identifiers(text: &str, sign: char) -> (&str, &str) {
    let Some(body) = text.strip_prefix(sign) else {
        return ("", text);
    };
    let mut end = 0;
    for part in body.split('.') {
        let length = part
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .unwrap_or(part.len());
        if length == 0 {
            break;
        }
        end += if end == 0 { length } else { length + 1 };
        if length < part.len() {
            break;
        }
    }
    if end == 0 {
        ("", text)
    } else {
        body.split_at(end)
    }
}

impl Version {
    pub(crate) fn parse(text: &str) -> Result<Version, Fail> {
        let invalid = || Fail::new("Invalid Semantic Version");
        let (parts, rest) = take_parts(text, |c| c.is_ascii_digit()).ok_or_else(invalid)?;
        if !rest.is_empty() {
            return Err(invalid());
        }
        let Parts {
            numbers: [major, minor, patch],
            pre,
            metadata,
        } = parts;
        let number = |digits: &str| match digits {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| {
                let problem = format!("strconv.ParseInt: parsing {digits:?}: value out of range");
                Fail::new(format!("Error parsing version segment: {problem}"))
            }),
        };
        Ok(Version {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            pre: pre.into(),
            metadata: metadata.into(),
            original: text.into(),
            secret: false,
        })
    }

    pub(crate) fn marked(&self) -> Version {
        Version {
            secret: true,
            ..self.clone()
        }
    }

    /// Precedence; metadata does not count.
    pub(crate) fn compare(&self, other: &Version) -> Ordering {
        let numbers = |version: &Version| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| {
            match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_pre(&self.pre, &other.pre),
            }
        })
    }
}

fn compare_pre(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (a, b) = (left.next(), right.next());
        if a.is_none() && b.is_none() {
            return Ordering::Equal;
        }
        let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
        let order = match (a.parse::<u64>(), b.parse::<u64>()) {
            _ if a == b => Ordering::Equal,
            _ if a.is_empty() => Ordering::Less,
            _ if b.is_empty() => Ordering::Greater,
            // Equal numbers written differently: the library calls the left one less.
            (Ok(a), Ok(b)) => {
                if a > b {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

mod constraints;
