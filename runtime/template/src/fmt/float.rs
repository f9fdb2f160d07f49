//! `strconv.FormatFloat` and the padding of numbers.

use super::flags::Flags;
use crate::text::Out;

/// More digits than any `f64` has in decimal; what lies beyond is zeros.
const DIGITS: usize = 1100;

/// As `encoding/json` writes it; `None` for what JSON has not.
pub(crate) fn json_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = exponent_form(value, None, 'e');
        return Some(text.replace("e-0", "e-"));
    }
    Some(format!("{value}"))
}

/// Formats with a sign only if negative.
pub(super) fn format_float(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    match verb {
        'e' | 'E' => exponent_form(value, precision, verb),
        'f' | 'F' => match precision {
            Some(precision) => padded(format!("{value:.*}", precision.min(DIGITS)), precision),
            None => format!("{value}"),
        },
        'x' | 'X' => hexadecimal(value, verb, precision),
        'b' => binary(value),
        _ => general(value, verb, precision),
    }
}

/// Adds the zeros that are missing to `precision` digits after the point.
fn padded(text: String, precision: usize) -> String {
    let mut text = text;
    text.extend(std::iter::repeat_n('0', precision.saturating_sub(DIGITS)));
    text
}

fn exponent_form(value: f64, precision: Option<usize>, verb: char) -> String {
    let text = match precision {
        Some(precision) => format!("{value:.*e}", precision.min(DIGITS)),
        None => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    let mantissa = padded(mantissa.into(), precision.unwrap_or_default());
    format!("{mantissa}{verb}{sign}{:02}", exponent.abs())
}

fn general(value: f64, verb: char, precision: Option<usize>) -> String {
    let letter = if verb == 'G' { 'E' } else { 'e' };
    let digits = precision.map(|precision| precision.clamp(1, DIGITS));
    let text = match digits {
        Some(digits) => format!("{value:.*e}", digits - 1),
        None => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let significant = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let from = match digits {
        // With fewer significant digits than asked for, a number that is whole so far needs no exponent.
        Some(digits)
            if digits > significant && i32::try_from(significant).is_ok_and(|n| n > exponent) =>
        {
            significant
        }
        Some(digits) => digits,
        None => 6,
    };
    if value != 0.0 && (exponent < -4 || exponent >= i32::try_from(from).unwrap_or(i32::MAX)) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}{letter}{sign}{:02}", exponent.abs());
    }
    match digits {
        None => format!("{value}"),
        Some(digits) => {
            let after = i32::try_from(digits)
                .unwrap_or(i32::MAX)
                .saturating_sub(1)
                .saturating_sub(exponent)
                .max(0);
            let text = format!(
                "{value:.*}",
                usize::try_from(after).unwrap_or(0).min(DIGITS)
            );
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').into()
            } else {
                text
            }
        }
    }
}

const FRACTION: u32 = 52;

fn hexadecimal(value: f64, verb: char, precision: Option<usize>) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let mut exponent = ((bits >> FRACTION) & 0x7ff) as i32 - 1023;
    let mut mantissa = bits & ((1 << FRACTION) - 1);
    if value == 0.0 {
        exponent = 0;
    } else if exponent == -1023 {
        // Subnormal: shift until the leading bit is the implied one.
        exponent = -1022;
        while mantissa & (1 << FRACTION) == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
    } else {
        mantissa |= 1 << FRACTION;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        let drop = FRACTION - 4 * precision as u32;
        let rest = mantissa & ((1 << drop) - 1);
        mantissa >>= drop;
        let half = 1u64 << (drop - 1);
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        mantissa <<= drop;
        if mantissa & (1 << (FRACTION + 1)) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let lead = mantissa >> FRACTION;
    let mut digits = format!("{:013x}", mantissa & ((1 << FRACTION) - 1));
    match precision {
        None => digits.truncate(digits.trim_end_matches('0').len()),
        Some(precision) => {
            digits.truncate(precision);
            digits.extend(std::iter::repeat_n(
                '0',
                precision.saturating_sub(digits.len()),
            ));
        }
    }
    let point = if digits.is_empty() { "" } else { "." };
    let text = format!(
        "{sign}0x{lead}{point}{digits}p{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    );
    if verb == 'X' {
        text.to_uppercase()
    } else {
        text
    }
}

fn binary(value: f64) -> String {
    let bits = value.to_bits();
    let biased = ((bits >> FRACTION) & 0x7ff) as i32;
    let fraction = bits & ((1 << FRACTION) - 1);
    let (mantissa, exponent) = if biased == 0 {
        (fraction, 1)
    } else {
        (fraction | 1 << FRACTION, biased)
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{mantissa}p{:+}", exponent - 1023 - FRACTION as i32)
}

/// Writes a float with the flags of a verb.
pub(super) fn write_float(
    out: &mut Out,
    flags: &Flags,
    value: f64,
    verb: char,
    default: Option<usize>,
    secret: bool,
) {
    let precision = flags.precision.or(default);
    let text = format_float(value, verb, precision);
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (if text.starts_with('-') { '-' } else { '+' }, digits),
        None => ('+', text.as_str()),
    };
    let sign = if flags.space && sign == '+' && !flags.plus {
        ' '
    } else {
        sign
    };
    if !value.is_finite() {
        let bare = digits == "NaN" && !flags.space && !flags.plus;
        // Go shows the sign of infinity always.
        let text = if bare {
            digits.to_string()
        } else {
            format!("{sign}{digits}")
        };
        flags.without_zero().pad_text(out, &text, secret);
        return;
    }
    let digits = if flags.sharp && verb != 'b' {
        sharpened(digits, verb, precision)
    } else {
        digits.to_string()
    };
    if !flags.plus && sign == '+' {
        flags.pad_text(out, &digits, secret);
        return;
    }
    let width = flags.width.unwrap_or(0);
    if flags.zero && !flags.minus && width > digits.len() + 1 {
        out.push_if(sign.to_string().as_bytes(), secret);
        out.fill_if(b'0', width - digits.len() - 1, secret);
        out.push_if(digits.as_bytes(), secret);
        return;
    }
    flags.pad_text(out, &format!("{sign}{digits}"), secret);
}

/// `#`: always a decimal point, and for `%g` no zeros dropped.
fn sharpened(number: &str, verb: char, precision: Option<usize>) -> String {
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let hex = matches!(verb, 'x' | 'X');
    let cut = number
        .find(|c| matches!(c, 'p' | 'P') || (!hex && matches!(c, 'e' | 'E')))
        .unwrap_or(number.len());
    let (digits, tail) = number.split_at(cut);
    let mut significant = false;
    for c in digits.chars().filter(|c| *c != '.') {
        significant |= c != '0';
        wanted -= i64::from(significant);
    }
    let mut text = digits.to_string();
    if !digits.contains('.') {
        if digits == "0" {
            wanted -= 1;
        }
        text.push('.');
    }
    text.extend(std::iter::repeat_n(
        '0',
        usize::try_from(wanted).unwrap_or(0),
    ));
    text + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_prints_floats_so() {
        for (value, text) in [
            (1e6, "1e+06"),
            (100_000.0, "100000"),
            (3.0, "3"),
            (1e-5, "1e-05"),
            (0.25, "0.25"),
        ] {
            assert_eq!(format_float(value, 'g', None), text);
        }
        assert_eq!(json_float(1e-7).as_deref(), Some("1e-7"));
        assert_eq!(json_float(1e21).as_deref(), Some("1e+21"));
        assert_eq!(format_float(1.0, 'x', None), "0x1p+00");
        assert_eq!(format_float(1.0, 'b', None), "4503599627370496p-52");
    }
}
