//! YAML in one line, for messages that people copy.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

/// `value` as YAML in one line: `{verbs: [get], groups: [""]}`. Texts are quoted wherever YAML could
/// take them for something else, so hostile names cannot add fields or documents.
#[must_use]
pub fn to_flow_yaml<T: Serialize>(value: &T) -> String {
    let mut out = String::new();
    // The types that are written have text keys only, so they always have a JSON form.
    write(
        &mut out,
        &serde_json::to_value(value).unwrap_or(Value::Null),
    );
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_text(out, name);
                out.push_str(": ");
                write(out, field);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// Whether YAML takes a text for nothing but itself without quotes, in every version of YAML.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$' || first == '/')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./$*".contains(&byte))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn write_text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for character in text.chars() {
        let printable = matches!(character, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}')
            && !matches!(character, '\u{2028}' | '\u{2029}');
        let written = match character {
            '"' | '\\' => write!(out, "\\{character}"),
            _ if printable => write!(out, "{character}"),
            _ => write!(out, "\\U{:08x}", u32::from(character)),
        };
        // Writing to a String cannot fail.
        debug_assert!(written.is_ok());
    }
    out.push('"');
}
