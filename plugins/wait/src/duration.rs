//! Durations as Go writes them.

use kanister_sdk::prelude::*;
use std::time::Duration;

/// Units and how many nanoseconds each has; a longer name before one that it begins with.
const UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
];

/// `1h30m`, `1.5s`, `0`. One that is negative is over at once.
pub fn parse(text: &str) -> Result<Duration, Invalid> {
    nanoseconds(text)
        .and_then(|nanoseconds| Duration::try_from_secs_f64(nanoseconds.max(0.0) / 1e9).ok())
        .ok_or_else(|| {
            Invalid::new(
                "timeout",
                format!(
                    "Failed to parse timeout: time: invalid duration {text:?}; write one such as \
                     90s or 1h30m"
                ),
            )
        })
}

fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(end)?;
        let number: f64 = number.parse().ok()?;
        let end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total += number * factor;
        rest = after;
    }
    Some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, milliseconds) in [
            ("0", 0),
            ("2s", 2_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1_500),
            (".5s", 500),
            ("+1m0.25s", 60_250),
            ("10ms", 10),
            ("1000µs", 1),
            ("-5s", 0),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_none_is_refused_in_the_words_users_know() {
        for text in ["", "-", "3", "s", "1 s", "1d", "1..5s", "five", "1s2"] {
            let Invalid(errors) = parse(text).unwrap_err();
            assert!(
                errors[0].message.starts_with("Failed to parse timeout: "),
                "{text}"
            );
        }
    }
}
