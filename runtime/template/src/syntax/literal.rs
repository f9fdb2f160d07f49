//! Go's string, character and number literals.

use super::ast::Number;
use super::command::span;
use super::token::{Kind, Token};
use crate::value::{Int, IntKind, Value};
use std::borrow::Cow;

/// The content of a quoted or raw string literal, quotes included in `literal`.
pub(crate) fn unquote(literal: &str) -> Result<Cow<'_, [u8]>, String> {
    let invalid = || "invalid syntax".to_string();
    let mut chars = literal.chars();
    let (Some(quote), Some(end)) = (chars.next(), chars.next_back()) else {
        return Err(invalid());
    };
    let body = chars.as_str();
    if quote != end {
        return Err(invalid());
    }
    if quote == '`' {
        return Ok(if body.contains('\r') {
            Cow::Owned(body.replace('\r', "").into_bytes())
        } else {
            Cow::Borrowed(body.as_bytes())
        });
    }
    if !body.contains(['\\', '\n', quote]) {
        return Ok(Cow::Borrowed(body.as_bytes()));
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (unit, after) = unquote_char(rest, quote).ok_or_else(invalid)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = after;
    }
    Ok(Cow::Owned(out))
}

enum Unit {
    Byte(u8),
    Char(char),
}

/// One character or escape, and what follows it.
fn unquote_char(text: &str, quote: char) -> Option<(Unit, &str)> {
    let mut chars = text.chars();
    let c = chars.next()?;
    if c == quote || c == '\n' {
        return None;
    }
    if c != '\\' {
        return Some((Unit::Char(c), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |c| Some((Unit::Char(c), rest));
    let hex = |digits: usize| {
        let code = u32::from_str_radix(
            rest.get(..digits)
                .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?,
            16,
        );
        Some((code.ok()?, rest.get(digits..)?))
    };
    match escape {
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{b}'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(escape),
        'x' => hex(2).and_then(|(code, rest)| Some((Unit::Byte(u8::try_from(code).ok()?), rest))),
        'u' => hex(4).and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        'U' => hex(8).and_then(|(code, rest)| Some((Unit::Char(char::from_u32(code)?), rest))),
        '0'..='7' => {
            let digits = text
                .get(1..4)
                .filter(|digits| digits.bytes().all(|b| (b'0'..=b'7').contains(&b)))?;
            let code = u32::from_str_radix(digits, 8).ok()?;
            Some((Unit::Byte(u8::try_from(code).ok()?), text.get(4..)?))
        }
        _ => None,
    }
}

/// Reads a number, complex or character literal.
pub(super) fn number(token: Token<'_>) -> Result<Number, String> {
    let Token { kind, text, .. } = token;
    let blank = Number {
        text: span(token),
        int: None,
        uint: None,
        float: None,
        ideal: None,
    };
    match kind {
        Kind::Char => character(text, blank),
        Kind::Complex => {
            let at = text.get(1..).and_then(|tail| {
                let sign = |(i, b): (usize, u8)| {
                    let after_exponent = i > 0
                        && matches!(tail.as_bytes().get(i - 1), Some(b'e' | b'E' | b'p' | b'P'));
                    (matches!(b, b'+' | b'-') && !after_exponent).then_some(i + 1)
                };
                tail.bytes().enumerate().filter_map(sign).next()
            });
            let parts =
                at.and_then(|at| Some((text.get(..at)?, text.get(at..)?.strip_suffix('i')?)));
            let pair = parts.and_then(|(re, im)| Some((float(re)?, float(im)?)));
            match pair {
                Some((re, im)) => Ok(complex(blank, re, im)),
                None => Err("syntax error scanning complex number".into()),
            }
        }
        _ => match text.strip_suffix('i').and_then(float) {
            Some(im) => Ok(complex(blank, 0.0, im)),
            None => real(text, blank),
        },
    }
}

fn character(text: &str, blank: Number) -> Result<Number, String> {
    let body = text.get(1..).unwrap_or_default();
    let (unit, rest) = unquote_char(body, '\'').ok_or("invalid syntax")?;
    if rest != "'" {
        return Err(format!("malformed character constant: {text}"));
    }
    let code = match unit {
        Unit::Byte(byte) => i64::from(byte),
        Unit::Char(c) => i64::from(u32::from(c)),
    };
    Ok(Number {
        int: Some(code),
        uint: u64::try_from(code).ok(),
        float: Some(code as f64),
        ideal: Some(Value::int(code)),
        ..blank
    })
}

fn complex(blank: Number, re: f64, im: f64) -> Number {
    let float = (im == 0.0).then_some(re);
    Number {
        int: float.and_then(whole),
        uint: float.and_then(whole_unsigned),
        float,
        ideal: Some(Value::Complex(re, im)),
        ..blank
    }
}

fn real(text: &str, blank: Number) -> Result<Number, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = integer(digits);
    let signed = text.starts_with(['+', '-']);
    let mut uint = if signed { None } else { magnitude };
    let int = magnitude.and_then(|m| {
        if negative {
            0i64.checked_sub_unsigned(m)
        } else {
            i64::try_from(m).ok()
        }
    });
    if int == Some(0) {
        uint = Some(0);
    }
    let floaty = text.contains(['.', 'e', 'E', 'p', 'P']);
    let mut number = Number { int, uint, ..blank };
    if let Some(int) = int {
        number.float = Some(int as f64);
    } else if let Some(uint) = uint {
        number.float = Some(uint as f64);
    } else if let Some(value) = float(text) {
        if !floaty {
            return Err(format!("integer overflow: {text:?}"));
        }
        number.float = Some(value);
        number.int = whole(value);
        number.uint = whole_unsigned(value);
    } else {
        return Err(format!("illegal number syntax: {text:?}"));
    }
    let hex_integer = text.len() > 2
        && (text.starts_with("0x") || text.starts_with("0X"))
        && !text.contains(['p', 'P']);
    number.ideal = match (number.float, number.int) {
        (Some(value), _) if floaty && !hex_integer => Some(Value::Float(value, false)),
        (_, Some(value)) => Some(Value::Int(Int::of(IntKind::Int, value))),
        _ => None,
    };
    Ok(number)
}

fn whole(value: f64) -> Option<i64> {
    let int = value as i64;
    (int as f64 == value).then_some(int)
}

fn whole_unsigned(value: f64) -> Option<u64> {
    let int = value as u64;
    (value >= 0.0 && int as f64 == value).then_some(int)
}

/// An unsigned Go integer literal with its base prefix and underscores.
fn integer(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (base, digits, prefixed) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?, true),
        Some("0o") => (8, lower.get(2..)?, true),
        Some("0b") => (2, lower.get(2..)?, true),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, lower.get(1..)?, true),
        _ => (10, lower.as_str(), false),
    };
    u64::from_str_radix(&without_underscores(digits, prefixed)?, base).ok()
}

/// Underscores may stand only between digits, or between prefix and digit.
fn without_underscores(digits: &str, prefixed: bool) -> Option<String> {
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    if !digits.contains('_') {
        return Some(digits.into());
    }
    let misplaced =
        (digits.starts_with('_') && !prefixed) || digits.ends_with('_') || digits.contains("__");
    // Without a prefix Go's base-0 parsing still allows underscores between decimal digits.
    (!misplaced).then(|| digits.replace('_', ""))
}

/// A Go floating-point literal, hexadecimal ones included.
pub(crate) fn float(text: &str) -> Option<f64> {
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1.0, body),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut lower = body.to_ascii_lowercase();
    if lower.contains('_') {
        if !separates_digits(&lower) {
            return None;
        }
        lower.retain(|c| c != '_');
    }
    if let Some(hex) = lower.strip_prefix("0x") {
        return hex_float(hex).map(|value| sign * value);
    }
    let plain = lower
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'));
    if !plain || !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    lower
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .map(|value| sign * value)
}

/// True if every underscore stands between digits, or between a prefix and a digit.
fn separates_digits(lower: &str) -> bool {
    let hex = lower.starts_with("0x");
    let mut before = if hex { '0' } else { '^' };
    for c in lower.chars().skip(if hex { 2 } else { 0 }) {
        let digit = c.is_ascii_digit() || (hex && c.is_ascii_hexdigit());
        match (c, before) {
            ('_', '0') => before = '_',
            ('_', _) => return false,
            (_, '_') if !digit => return false,
            _ => before = if digit { '0' } else { '!' },
        }
    }
    before != '_'
}

fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let value = u64::from_str_radix(&digits, 16).ok()? as f64;
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = value * 2f64.powi(shift);
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<Number, String> {
        number(Token { kind, text, at: 0 })
    }

    #[test]
    fn strings() {
        assert_eq!(
            &*unquote(r#""a\n\x41\101\u00e9""#).unwrap(),
            "a\nAA\u{e9}".as_bytes()
        );
        assert_eq!(&*unquote("`a\\n\r`").unwrap(), b"a\\n");
        assert!(unquote(r#""\q""#).is_err());
        assert!(unquote(r#""\'""#).is_err());
    }

    #[test]
    fn numbers() {
        let int = |text: &str| read(Kind::Number, text).ok().and_then(|n| n.int);
        assert_eq!(int("0x1F"), Some(31));
        assert_eq!(int("017"), Some(15));
        assert_eq!(int("1_000"), Some(1000));
        assert_eq!(int("1e3"), Some(1000));
        assert_eq!(int("-9223372036854775808"), Some(i64::MIN));
        assert!(read(Kind::Number, "99999999999999999999").is_err());
        assert!(read(Kind::Number, "1__0").is_err());
        assert_eq!(read(Kind::Number, "0x1p-2").unwrap().float, Some(0.25));
        assert!(
            matches!(read(Kind::Complex, "1+2i").unwrap().ideal, Some(Value::Complex(re, im)) if (re, im) == (1.0, 2.0))
        );
    }
}
