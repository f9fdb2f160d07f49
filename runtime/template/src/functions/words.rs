//! Names of several words: `snakecase`, `kebabcase`, `camelcase`.

use super::text_case::{to_lower, to_upper};
use super::{Args, Function, Param, Rule};
use crate::value::Value;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("snakecase", STR, Rule::Whole, |context, args| {
        context.text(joined(&Args(args).str(0)?.text(), '_'))
    }),
    Function::fixed("kebabcase", STR, Rule::Whole, |context, args| {
        context.text(joined(&Args(args).str(0)?.text(), '-'))
    }),
    Function::fixed("camelcase", STR, Rule::Whole, |context, args| {
        let text = camel(&Args(args).str(0)?.text());
        Ok(Value::Str({
            context.charge(text.len())?;
            text.into()
        }))
    }),
];

fn is_upper(c: char) -> bool {
    c.general_category() == GeneralCategory::UppercaseLetter
}

fn is_number(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Number
}

/// Words in lower case with `connector` between them.
fn joined(text: &str, connector: char) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars();
    let mut current = connector;
    while let Some(c) = chars.next() {
        let before = current;
        current = c;
        if c == char::REPLACEMENT_CHARACTER {
            out.push(c);
        } else if is_upper(c) {
            if before != connector && !is_number(before) {
                out.push(connector);
            }
            out.push(to_lower(c));
            current = capitals(&mut out, &mut chars, c, connector);
        } else if is_number(c) {
            if before != connector && !is_number(before) {
                out.push(connector);
            }
            out.push(c);
        } else {
            current = if matches!(c, ' ' | '-' | '_') {
                connector
            } else {
                c
            };
            out.push(current);
        }
    }
    out
}

/// What follows a capital: of a run of capitals the last begins the next word. Gives the last rune written.
fn capitals(
    out: &mut String,
    chars: &mut std::str::Chars<'_>,
    first: char,
    connector: char,
) -> char {
    let Some(second) = chars.next() else {
        return first;
    };
    let mut current = second;
    if !is_upper(second) {
        out.push(second);
        return second;
    }
    let mut ended = false;
    for c in chars.by_ref() {
        let before = current;
        current = c;
        if c == char::REPLACEMENT_CHARACTER {
            out.push(to_lower(before));
            out.push(c);
            ended = true;
            break;
        }
        if is_upper(c) {
            out.push(to_lower(before));
            continue;
        }
        if matches!(c, '_' | ' ' | '-') {
            current = connector;
            out.push(to_lower(before));
        } else if is_number(c) {
            out.push(to_lower(before));
            out.push(connector);
            out.push(c);
        } else {
            out.push(connector);
            out.push(to_lower(before));
            out.push(c);
        }
        ended = true;
        break;
    }
    // The run reached the end, or a connector has still to be written; at the end of the text Go writes the last rune
    // once more.
    if !ended || chars.as_str().is_empty() || current == connector {
        out.push(to_lower(current));
    }
    current
}

fn camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let body = text.trim_start_matches('_');
    let (underscores, _) = text.split_at(text.len() - body.len());
    out.push_str(underscores);
    let mut chars = body.chars();
    let Some(first) = chars.next() else {
        return out;
    };
    if chars.as_str().is_empty() {
        // A single rune is lost, as in upstream's library.
        return out;
    }
    let mut current = to_upper(first);
    for c in chars {
        let before = current;
        current = c;
        if before == '_' && c == '_' {
            out.push(before);
            continue;
        }
        current = if before == '_' {
            to_upper(c)
        } else {
            to_lower(c)
        };
        if before != '_' {
            out.push(before);
        }
    }
    out.push(current);
    out
}
