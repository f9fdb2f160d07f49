//! Wrapping, abbreviating, initials: functions that count bytes, not runes.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::{Out, Str};
use crate::value::Value;

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed(
        "abbrev",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |context, args| {
            let (width, text) = (Args(args).int(0)?, Args(args).str(1)?);
            if width < 4 {
                return Ok(Value::Str(text.clone()));
            }
            abbreviate(context, text, 0, width)
        },
    ),
    Function::fixed(
        "abbrevboth",
        &[Param::Int, Param::Int, Param::Str],
        Rule::Exact,
        |context, args| {
            let (left, right, text) = (Args(args).int(0)?, Args(args).int(1)?, Args(args).str(2)?);
            if right < 4 || (left > 0 && right < 7) {
                return Ok(Value::Str(text.clone()));
            }
            abbreviate(context, text, left, right)
        },
    ),
    Function::fixed("nospace", STR, Rule::Whole, |context, args| {
        let text = Args(args).str(0)?;
        let kept: String = latin(text).filter(|c| !c.is_whitespace()).collect();
        if kept.chars().count() == text.len() {
            return Ok(Value::Str(text.clone()));
        }
        context.text(kept)
    }),
    Function::fixed("initials", STR, Rule::Whole, |context, args| {
        let mut gap = true;
        let mut out = String::new();
        for c in latin(Args(args).str(0)?) {
            if !c.is_whitespace() && gap {
                out.push(c);
            }
            gap = c.is_whitespace();
        }
        context.text(out)
    }),
    Function::fixed(
        "wrap",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |context, args| {
            wrap(
                context,
                Args(args).str(1)?,
                Args(args).int(0)?,
                &"\n".into(),
                false,
            )
        },
    ),
    Function::fixed(
        "wrapWith",
        &[Param::Int, Param::Str, Param::Str],
        Rule::Exact,
        |context, args| {
            let args = Args(args);
            let newline = if args.str(1)?.is_empty() {
                "\n".into()
            } else {
                args.str(1)?.clone()
            };
            wrap(context, args.str(2)?, args.int(0)?, &newline, true)
        },
    ),
];

/// The bytes as code points, as upstream's library takes them.
fn latin(text: &Str) -> impl Iterator<Item = char> {
    text.bytes().iter().map(|byte| char::from(*byte))
}

fn abbreviate(context: &mut Context, text: &Str, offset: i64, width: i64) -> Result<Value, Fail> {
    let length = text.len() as i64;
    if text.is_empty() || length <= width {
        return Ok(Value::Str(text.clone()));
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    let at = |position: i64| usize::try_from(position).unwrap_or(0);
    let mut out = context.out();
    if offset <= 4 {
        out.push_part(text, 0..at(width - 3));
        out.text("...");
    } else if width < 7 {
        // Too narrow for an ellipsis at both ends.
    } else if offset + width - 3 < length {
        out.text("...");
        let rest = text.slice(at(offset)..text.len());
        if rest.len() as i64 <= width - 3 {
            out.push_str(&rest);
        } else {
            out.push_part(&rest, 0..at(width - 6));
            out.text("...");
        }
    } else {
        out.text("...");
        out.push_str(&text.slice(at(length - (width - 3))..text.len()));
    }
    context.finish(out).map(Value::Str)
}

fn wrap(
    context: &mut Context,
    text: &Str,
    width: i64,
    newline: &Str,
    long_words: bool,
) -> Result<Value, Fail> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let bytes = text.bytes();
    let mut out: Out = context.out();
    let mut at = 0;
    while text.len() - at > width && !out.overflowed() {
        if bytes.get(at) == Some(&b' ') {
            at += 1;
            continue;
        }
        let window = bytes.get(at..at + width + 1).unwrap_or_default();
        let space = window
            .iter()
            .rposition(|byte| *byte == b' ')
            .map(|space| space + at);
        let (end, next) = match space {
            Some(space) => (space, space + 1),
            None if long_words => (at + width, at + width),
            None => {
                let rest = bytes.get(at + width..).unwrap_or_default();
                match rest.iter().position(|byte| *byte == b' ') {
                    Some(space) => (at + width + space, at + width + space + 1),
                    None => break,
                }
            }
        };
        out.push_part(text, at..end);
        out.push_str(newline);
        at = next;
    }
    out.push_part(text, at..text.len());
    context.finish(out).map(Value::Str)
}
