//! Upper and lower case, rune by rune as Go's `unicode` package does it.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::value::Value;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("upper", STR, Rule::Whole, |context, args| {
        each(context, args, |_, c| to_upper(c))
    }),
    Function::fixed("lower", STR, Rule::Whole, |context, args| {
        each(context, args, |_, c| to_lower(c))
    }),
    Function::fixed("title", STR, Rule::Whole, |context, args| {
        each(context, args, |before, c| {
            if separator(before) { to_title(c) } else { c }
        })
    }),
    Function::fixed("untitle", STR, Rule::Whole, |context, args| {
        each(context, args, |before, c| {
            if before.is_whitespace() && !c.is_whitespace() {
                to_lower(c)
            } else {
                c
            }
        })
    }),
    Function::fixed("swapcase", STR, Rule::Whole, |context, args| {
        swap(context, args)
    }),
];

/// Maps each rune, knowing the one before; before the first stands a space.
fn each(context: &mut Context, args: &[Value], map: fn(char, char) -> char) -> Result<Value, Fail> {
    let text = Args(args).str(0)?.text();
    let mut before = ' ';
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        out.push(map(before, c));
        before = c;
    }
    context.text(out)
}

fn swap(context: &mut Context, args: &[Value]) -> Result<Value, Fail> {
    let text = Args(args).str(0)?.text();
    let mut at_word = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let (swapped, next) = match c.general_category() {
            GeneralCategory::UppercaseLetter | GeneralCategory::TitlecaseLetter => {
                (to_lower(c), false)
            }
            GeneralCategory::LowercaseLetter => {
                (if at_word { to_title(c) } else { to_upper(c) }, false)
            }
            _ => (c, c.is_whitespace()),
        };
        at_word = next;
        out.push(swapped);
    }
    context.text(out)
}

/// The single-rune mapping; runes that map to several stay.
pub(super) fn to_upper(c: char) -> char {
    only(c.to_uppercase(), c)
}

/// The single-rune mapping; runes that map to several stay.
pub(super) fn to_lower(c: char) -> char {
    if c == '\u{130}' {
        'i'
    } else {
        only(c.to_lowercase(), c)
    }
}

/// Title case differs from upper case for the Latin digraphs and for Georgian.
pub(super) fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => c,
        c => to_upper(c),
    }
}

fn only(mut mapped: impl Iterator<Item = char>, c: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// What `title` takes for the space between words.
fn separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    let letter = matches!(
        c.general_category(),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
    );
    !letter && c.is_whitespace()
}
