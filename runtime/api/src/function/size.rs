//! Numbers of bytes as Kubernetes writes them.

use std::fmt;
use std::str::FromStr;

use super::error::PatternError;
use super::pattern::text_serde;

/// A number of bytes: `64Mi`, `500k`, `4096`.
///
/// The suffixes are those of Kubernetes quantities: `Ki`, `Mi`, `Gi`, `Ti` are powers of 1024; `k`,
/// `M`, `G`, `T` are powers of 1000. Fractions are not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

const UNITS: [(&str, u64); 8] = [
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
];

impl ByteSize {
    /// A size in bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let error = || {
            PatternError::new(
                "size",
                text,
                "write whole bytes with an optional suffix Ki, Mi, Gi, Ti, k, M, G or T, for \
                 example 64Mi",
            )
        };
        let (digits, unit) = UNITS
            .iter()
            .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))
            .unwrap_or((text, 1));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error());
        }
        let number: u64 = digits.parse().map_err(|_| error())?;
        number.checked_mul(unit).map(Self).ok_or_else(error)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = UNITS.iter().take(4);
        match binary
            .filter(|_| self.0 > 0)
            .find(|(_, unit)| self.0.is_multiple_of(*unit))
        {
            Some((suffix, unit)) => write!(f, "{}{suffix}", self.0 / unit),
            None => write!(f, "{}", self.0),
        }
    }
}

text_serde!(ByteSize, "a size such as 64Mi");

#[cfg(test)]
mod tests {
    use super::ByteSize;

    #[test]
    fn sizes_are_read_and_written_as_kubernetes_does() {
        for (text, bytes, back) in [
            ("0", 0, "0"),
            ("4096", 4096, "4Ki"),
            ("64Mi", 64 << 20, "64Mi"),
            ("1500", 1500, "1500"),
            ("2k", 2000, "2000"),
            ("1Ti", 1 << 40, "1Ti"),
        ] {
            let size: ByteSize = text.parse().unwrap();
            assert_eq!(size.bytes(), bytes, "{text}");
            assert_eq!(size.to_string(), back, "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "",
            "Mi",
            "-1",
            "+1",
            "1.5Gi",
            "64 Mi",
            "64mi",
            "99999999999Ti",
            "0x10",
        ] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
