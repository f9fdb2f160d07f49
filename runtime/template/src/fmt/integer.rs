//! Integers under the verbs of `printf`.

use super::flags::Flags;
use super::quote::{is_print, quoted_as};
use crate::text::Out;

/// Base and digits of a number as `printf` shows it.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) base: u32,
    pub(super) upper: bool,
    /// `%O`: always `0o`.
    pub(super) octal_prefix: bool,
}

pub(super) fn write_integer(out: &mut Out, flags: &Flags, value: i64, shape: Shape, secret: bool) {
    let Shape {
        base,
        upper,
        octal_prefix,
    } = shape;
    if base == 10 && flags.plain() {
        return write_decimal(out, value, secret);
    }
    let size = value.unsigned_abs();
    let signed = value < 0 || flags.plus || flags.space;
    let digits = match base {
        2 => format!("{size:b}"),
        8 => format!("{size:o}"),
        16 if upper => format!("{size:X}"),
        16 => format!("{size:x}"),
        _ => size.to_string(),
    };
    let least = match flags.precision {
        Some(0) if size == 0 => {
            flags
                .without_zero()
                .padding(out, flags.width.unwrap_or(0), secret);
            return;
        }
        Some(precision) => precision,
        None if flags.zero && !flags.minus => {
            flags.width.unwrap_or(0).saturating_sub(usize::from(signed))
        }
        None => 0,
    };
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    } else if flags.plus {
        text.push('+');
    } else if flags.space {
        text.push(' ');
    }
    if octal_prefix {
        text.push_str("0o");
    }
    let zeros = least.saturating_sub(digits.len());
    if flags.sharp {
        text.push_str(match base {
            2 => "0b",
            8 if zeros == 0 && !digits.starts_with('0') => "0",
            16 if upper => "0X",
            16 => "0x",
            _ => "",
        });
    }
    text.extend(std::iter::repeat_n('0', zeros));
    text.push_str(&digits);
    flags.without_zero().pad_text(out, &text, secret);
}

/// A number without any flags, as actions print it.
fn write_decimal(out: &mut Out, value: i64, secret: bool) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut left = value.unsigned_abs();
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (left % 10) as u8;
        left /= 10;
        start -= 1;
        if left == 0 {
            break;
        }
    }
    if value < 0 {
        out.push_if(b"-", secret);
    }
    out.push_if(digits.get(start..).unwrap_or_default(), secret);
}

fn rune(value: i64) -> char {
    u32::try_from(value)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `%c`
pub(super) fn write_char(out: &mut Out, flags: &Flags, value: i64, secret: bool) {
    flags.pad_text(out, rune(value).encode_utf8(&mut [0; 4]), secret);
}

/// `%q` of a number.
pub(super) fn write_quoted_char(out: &mut Out, flags: &Flags, value: i64, secret: bool) {
    let text = quoted_as(
        rune(value).encode_utf8(&mut [0; 4]).as_bytes(),
        '\'',
        flags.plus,
    );
    flags.pad_text(out, &text, secret);
}

/// `%U`
pub(super) fn write_unicode(out: &mut Out, flags: &Flags, value: i64, secret: bool) {
    let least = flags.precision.unwrap_or(4).max(4);
    let digits = format!("{:X}", value as u64);
    let zeros: String = std::iter::repeat_n('0', least.saturating_sub(digits.len())).collect();
    let mut text = format!("U+{zeros}{digits}");
    let shown = u32::try_from(value)
        .ok()
        .and_then(char::from_u32)
        .filter(|c| flags.sharp && is_print(*c));
    if let Some(c) = shown {
        text.push_str(&format!(" '{c}'"));
    }
    flags.without_zero().pad_text(out, &text, secret);
}
