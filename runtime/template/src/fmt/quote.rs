//! `strconv.Quote` and its kind.

use crate::text::Str;
use std::fmt::Write;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// What Go regards as printable: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub(crate) fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    !matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other
    )
}

/// A double-quoted Go string.
pub(crate) fn quote(bytes: &[u8]) -> String {
    quoted_as(bytes, '"', false)
}

/// The quoted string with its marks: all of it is secret if any of it was.
pub(crate) fn quoted(text: &Str, ascii: bool) -> Str {
    let result = quoted_as(text.bytes(), '"', ascii);
    if text.is_secret() {
        Str::secret(result.into_bytes())
    } else {
        result.into()
    }
}

pub(super) fn quoted_as(bytes: &[u8], quote: char, ascii: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push(quote);
    let escapes = |byte: &u8| !matches!(byte, b' '..=b'~') || matches!(byte, b'\\' | b'"' | b'\'');
    if !bytes.iter().any(escapes) {
        out.push_str(&String::from_utf8_lossy(bytes));
        out.push(quote);
        return out;
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_char(&mut out, c, quote, ascii);
        }
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push(quote);
    out
}

fn push_char(out: &mut String, c: char, quote: char, ascii: bool) {
    let escape = match c {
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        '\\' => "\\\\",
        c if c == quote => {
            out.push('\\');
            out.push(c);
            return;
        }
        c if is_print(c) && (!ascii || c.is_ascii()) => {
            out.push(c);
            return;
        }
        _ => "",
    };
    out.push_str(escape);
    if escape.is_empty() {
        let code = u32::from(c);
        let _ = match code {
            0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
            0x20..0x1_0000 => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
}

/// True if the text can stand in backquotes as it is.
pub(super) fn can_backquote(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars()
            .all(|c| c != '`' && c != '\u{feff}' && c != '\u{7f}' && (c == '\t' || c >= ' '))
    })
}
