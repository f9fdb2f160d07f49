//! What an unquoted word means: the rules of YAML 1.1 as the Go library of Kubernetes applies them.

use serde_json::Number;

use super::node::Content;

/// Why a scalar cannot be what its tag says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch;

/// The meaning of a word that is neither quoted nor tagged.
///
/// Infinite numbers and NaN, which JSON does not have, are [`Mismatch`].
pub(super) fn plain(word: &str) -> Result<Content, Mismatch> {
    Ok(match word {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Content::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Content::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => return Err(Mismatch),
        _ => match number(word) {
            Some(number) => Content::Number(number),
            None => Content::Text(word.to_owned()),
        },
    })
}

/// The meaning of a scalar with one of the standard tags, quoted or not.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Content, Mismatch> {
    match (tag, plain(text)) {
        ("null", Ok(content @ Content::Null)) => Ok(content),
        ("bool", Ok(content @ Content::Bool(_))) => Ok(content),
        ("int", Ok(Content::Number(_))) => integer(text).map(Content::Number).ok_or(Mismatch),
        ("float", Ok(content @ Content::Number(_))) => Ok(content),
        ("null" | "bool" | "int" | "float", _) => Err(Mismatch),
        _ => Ok(Content::Text(text.to_owned())),
    }
}

fn number(word: &str) -> Option<Number> {
    if !word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    integer(word).or_else(|| float(word))
}

/// A whole number: decimal, or with the prefixes `0x`, `0o`, `0b` or `0`; underscores are ignored.
fn integer(word: &str) -> Option<Number> {
    let word = word.replace('_', "");
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(&word)),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (lower.get(2..)?, 16),
        [b'0', b'o', ..] => (lower.get(2..)?, 8),
        [b'0', b'b', ..] => (lower.get(2..)?, 2),
        [b'0', _, ..] => (lower.get(1..)?, 8),
        _ => (lower.as_str(), 10),
    };
    // The standard parser takes a sign here, which would be a second one.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        i64::try_from(-i128::from(magnitude)).ok().map(Number::from)
    } else {
        Some(Number::from(magnitude))
    }
}

/// A decimal number with fraction or exponent; a whole one becomes an integer, as it does on the way
/// through JSON.
fn float(word: &str) -> Option<Number> {
    let word = word.replace('_', "");
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(&word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !digits(whole) || !digits(fraction) || mantissa.len() == usize::from(mantissa.contains('.'))
    {
        return None;
    }
    if !exponent_fits {
        return None;
    }
    let value: f64 = word.parse().ok()?;
    // The shortest digits, filled up with zeros: what Go writes, and reads back as an integer.
    if value.fract() == 0.0
        && let Ok(whole) = format!("{value}").parse::<i64>()
    {
        return Some(Number::from(whole));
    }
    Number::from_f64(value)
}
