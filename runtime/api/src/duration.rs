//! Durations as Kubernetes writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A positive length of time, written as Go and Kubernetes write it: `90s`, `10m`, `1h30m`, `1.5h`.
///
/// Units are `ns`, `us` (or `µs`), `ms`, `s`, `m`, `h`. The text is kept as it was written, so that
/// writing an object back does not change it; durations compare by their text, their lengths by
/// [`Duration::length`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    text: Box<str>,
    length: std::time::Duration,
}

/// Why a text is no [`Duration`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// The text does not have the form of a duration.
    #[error("{0:?} is no duration: write numbers with units, for example 90s, 10m or 1h30m")]
    Form(String),
    /// The duration is zero, negative or longer than about 292 years.
    #[error("the duration {0:?} is out of range: it must be above zero and below 292 years")]
    Range(String),
}

impl Duration {
    /// How long it is.
    #[must_use]
    pub fn length(&self) -> std::time::Duration {
        self.length
    }

    /// The duration as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A duration of whole seconds.
    ///
    /// # Errors
    /// [`DurationError::Range`] for zero and for more seconds than a duration can have.
    pub fn from_secs(seconds: u64) -> Result<Self, DurationError> {
        format!("{seconds}s").parse()
    }
}

/// The nanoseconds of one unit.
fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Splits `text` after its longest prefix of characters that fulfil `belongs`.
fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The nanoseconds of `whole.fraction` units, or `None` beyond 64 bits.
fn nanoseconds(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut nanoseconds = whole.checked_mul(unit)?;
    let mut scale = unit;
    // Digits below a nanosecond are dropped, as Go drops them.
    for digit in fraction.chars().filter_map(|c| c.to_digit(10)) {
        scale /= 10;
        nanoseconds = nanoseconds.checked_add(u64::from(digit).checked_mul(scale)?)?;
    }
    Some(nanoseconds)
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let form = || DurationError::Form(text.to_owned());
        let range = || DurationError::Range(text.to_owned());
        if text.starts_with('-') {
            return Err(range());
        }
        let mut rest = text.strip_prefix('+').unwrap_or(text);
        if rest == "0" {
            return Err(range());
        }
        if rest.is_empty() {
            return Err(form());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (whole, after) = split_while(rest, |c| c.is_ascii_digit());
            let (fraction, after) = match after.strip_prefix('.') {
                Some(after) => split_while(after, |c| c.is_ascii_digit()),
                None => ("", after),
            };
            if whole.is_empty() && fraction.is_empty() {
                return Err(form());
            }
            let (name, after) = split_while(after, |c| c != '.' && !c.is_ascii_digit());
            let unit = unit(name).ok_or_else(form)?;
            let part = nanoseconds(whole, fraction, unit).ok_or_else(range)?;
            total = total.checked_add(part).ok_or_else(range)?;
            rest = after;
        }
        if total == 0 || total > i64::MAX.unsigned_abs() {
            return Err(range());
        }
        Ok(Self {
            text: text.into(),
            length: std::time::Duration::from_nanos(total),
        })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
