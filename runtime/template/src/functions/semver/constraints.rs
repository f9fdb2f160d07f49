//! Constraints: `>=1.2, <2 || ~3.1`.

use super::{Parts, Version, take_parts};
use crate::context::Fail;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// Signs; of two that begin alike the longer comes first.
const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Equal),
];

/// One comparison.
#[derive(Debug)]
pub(super) struct Constraint {
    operator: Operator,
    version: Version,
    /// A number was left out or a wildcard.
    open: bool,
    open_minor: bool,
    open_patch: bool,
}

/// Alternatives of comparisons that must all hold.
pub(super) fn parse(text: &str) -> Result<Vec<Vec<Constraint>>, Fail> {
    let text = without_ranges(text);
    text.split("||")
        .map(|all| all.split(',').map(parse_one).collect())
        .collect()
}

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | 'x' | 'X' | '*' | '|')
}

/// Writes `1.2 - 1.4` as `>= 1.2, <= 1.4`.
fn without_ranges(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut start = 0;
    while let Some(tail) = rest.get(start..).filter(|tail| !tail.is_empty()) {
        match take_range(tail) {
            Some((from, to, after)) => {
                let before = rest.get(..start).unwrap_or_default().trim_end();
                out.push_str(before);
                out.push_str(&format!(">= {from}, <= {to}"));
                rest = after;
                start = 0;
            }
            None => start += tail.chars().next().map_or(1, char::len_utf8),
        }
    }
    out + rest
}

fn take_range(text: &str) -> Option<(&str, &str, &str)> {
    let (_, after) = take_parts(text, is_digit)?;
    let from = text.get(..text.len() - after.len())?;
    let gap = after.trim_start();
    let tail = gap.strip_prefix('-').filter(|_| gap.len() < after.len())?;
    let second = tail.trim_start();
    if second.len() == tail.len() {
        return None;
    }
    let (_, after) = take_parts(second, is_digit)?;
    let to = second.get(..second.len() - after.len())?;
    Some((from, to, after.trim_start()))
}

fn parse_one(text: &str) -> Result<Constraint, Fail> {
    let improper = || Fail::new(format!("improper constraint: {text}"));
    let trimmed = text.trim();
    let found = OPERATORS.iter().find_map(|(sign, operator)| {
        let body = trimmed.strip_prefix(sign)?.trim_start();
        let (parts, rest) = take_parts(body, is_digit)?;
        rest.is_empty().then_some((*operator, parts))
    });
    let (
        operator,
        Parts {
            numbers: [major, minor, patch],
            pre,
            metadata,
        },
    ) = found.ok_or_else(improper)?;
    let wild = |number: &str| matches!(number, "x" | "X" | "*");
    let pre = if pre.is_empty() {
        String::new()
    } else {
        format!("-{pre}")
    };
    let metadata = if metadata.is_empty() {
        String::new()
    } else {
        format!("+{metadata}")
    };
    let (mut open, mut open_minor, mut open_patch) = (false, false, false);
    let written = if wild(major) {
        open = true;
        "0.0.0".to_string()
    } else if wild(minor) || minor.is_empty() {
        (open, open_minor) = (true, true);
        format!("{major}.0.0{pre}")
    } else if wild(patch) {
        (open, open_patch) = (true, true);
        format!("{major}.{minor}.0{pre}")
    } else {
        let patch = if patch.is_empty() { "0" } else { patch };
        format!("{major}.{minor}.{patch}{pre}{metadata}")
    };
    let version = Version::parse(&written).map_err(|_| Fail::new("constraint Parser Error"))?;
    Ok(Constraint {
        operator,
        version,
        open,
        open_minor,
        open_patch,
    })
}

impl Constraint {
    pub(super) fn admits(&self, version: &Version) -> bool {
        let Constraint {
            operator,
            version: bound,
            open,
            open_minor,
            ..
        } = self;
        let order = version.compare(bound);
        // A pre-release is admitted only where the constraint names one.
        let unwanted = !version.pre.is_empty() && bound.pre.is_empty();
        match operator {
            Operator::NotEqual if *open => {
                !unwanted
                    && (version.major != bound.major
                        || (version.minor != bound.minor && !open_minor))
            }
            Operator::NotEqual => order.is_ne(),
            _ if unwanted => false,
            Operator::Equal if *open => self.tilde(version),
            Operator::Equal => order.is_eq(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterEqual => order.is_ge(),
            Operator::Less if !open => order.is_lt(),
            Operator::LessEqual if !open => order.is_le(),
            Operator::Less | Operator::LessEqual => {
                version.major <= bound.major && (version.minor <= bound.minor || *open_minor)
            }
            Operator::Tilde => self.tilde(version),
            Operator::Caret => order.is_ge() && version.major == bound.major,
        }
    }

    fn tilde(&self, version: &Version) -> bool {
        let Constraint {
            version: bound,
            open_minor,
            open_patch,
            ..
        } = self;
        if version.compare(bound).is_lt() {
            return false;
        }
        let zero =
            (bound.major, bound.minor, bound.patch) == (0, 0, 0) && !open_minor && !open_patch;
        zero || (version.major == bound.major && (version.minor == bound.minor || *open_minor))
    }
}
