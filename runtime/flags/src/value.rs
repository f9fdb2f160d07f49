//! Values of flags.

use std::ffi::OsString;
use std::str::FromStr;

use crate::error::UsageError;
use crate::shown::shown;

/// A switch that may be given a value: `--dry-run`, `--dry-run=true`, `--dry-run=0`.
///
/// The argument needs `num_args = 0..=1`, `require_equals = true` and
/// `default_missing_value = "true"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switch(pub bool);

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Self(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Self(false)),
            _ => Err("give true or false".into()),
        }
    }
}

/// One value of a list flag: a line of CSV, so that `"k=a,b"` in quotes is one element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Csv(pub Vec<String>);

impl FromStr for Csv {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut out = Vec::new();
        let mut rest = text;
        loop {
            let (field, after) = field(rest)?;
            out.push(field);
            match after {
                Some(after) => rest = after,
                None => return Ok(Self(out)),
            }
        }
    }
}

impl Csv {
    /// The elements of all lines, in their order.
    #[must_use]
    pub fn flatten(lines: Vec<Self>) -> Vec<String> {
        lines.into_iter().flat_map(|line| line.0).collect()
    }
}

/// One field of a line and what follows its comma (RFC 4180).
fn field(text: &str) -> Result<(String, Option<&str>), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (field, after) = match text.split_once(',') {
            Some((field, after)) => (field, Some(after)),
            None => (text, None),
        };
        return match field.contains('"') {
            true => Err("a quote stands inside an element; quote the whole element".into()),
            false => Ok((field.into(), after)),
        };
    };
    let mut out = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest
            .split_once('"')
            .ok_or_else(|| "a quote is not closed".to_owned())?;
        out.push_str(part);
        match after.chars().next() {
            Some('"') => out.push('"'),
            Some(',') => return Ok((out, after.get(1..))),
            None => return Ok((out, None)),
            Some(_) => return Err("text follows a closing quote".into()),
        }
        rest = after.get(1..).unwrap_or_default();
    }
}

/// The arguments if there are exactly `N`.
///
/// # Errors
/// Any other number.
pub fn exact_args<const N: usize>(values: Vec<OsString>) -> Result<[OsString; N], UsageError> {
    let unexpected = values.get(N).map(|v| shown(&v.to_string_lossy()));
    <[OsString; N]>::try_from(values).map_err(|given| {
        let extra = unexpected.map_or_else(String::new, |v| format!("; {v:?} is one too many"));
        UsageError::new(format!(
            "accepts {N} arg(s), received {}{extra}",
            given.len()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Csv, Switch, exact_args};

    #[test]
    fn lists_are_csv() {
        let csv = |text: &str| text.parse::<Csv>().map(|c| c.0);
        assert_eq!(csv("a=1,b=2").unwrap(), ["a=1", "b=2"]);
        assert_eq!(csv("\"k=a,b\",c").unwrap(), ["k=a,b", "c"]);
        assert_eq!(csv("\"say \"\"hi\"\"\"").unwrap(), ["say \"hi\""]);
        assert_eq!(csv("a,").unwrap(), ["a", ""]);
        assert!(csv("").unwrap().is_empty());
        assert!(csv("a\"b").is_err() && csv("\"a").is_err() && csv("\"a\"b").is_err());
    }

    #[test]
    fn switches() {
        assert_eq!("T".parse(), Ok(Switch(true)));
        assert_eq!("0".parse(), Ok(Switch(false)));
        assert!("yes".parse::<Switch>().is_err());
    }

    #[test]
    fn number_of_arguments() {
        assert!(exact_args::<1>(vec!["a".into()]).is_ok());
        let error = exact_args::<0>(vec!["stray".into()])
            .unwrap_err()
            .to_string();
        assert!(error.contains("accepts 0 arg(s), received 1") && error.contains("stray"));
    }
}
