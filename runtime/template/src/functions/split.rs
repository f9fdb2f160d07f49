//! Splitting strings.

use super::convert::{STRING, string_list};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::Str;
use crate::value::Value;
use memchr::memmem;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed(
        "splitList",
        &[Param::Str, Param::Str],
        Rule::Exact,
        |context, args| {
            let parts = parts(context, Args(args).str(0)?, Args(args).str(1)?, -1)?;
            string_list(context, parts)
        },
    ),
    Function::fixed(
        "split",
        &[Param::Str, Param::Str],
        Rule::Exact,
        |context, args| {
            let parts = parts(context, Args(args).str(0)?, Args(args).str(1)?, -1)?;
            numbered(context, parts)
        },
    ),
    Function::fixed(
        "splitn",
        &[Param::Str, Param::Int, Param::Str],
        Rule::Exact,
        |context, args| {
            let parts = parts(
                context,
                Args(args).str(0)?,
                Args(args).str(2)?,
                Args(args).int(1)?,
            )?;
            numbered(context, parts)
        },
    ),
];

/// The parts between separators, at most `most` if that is not negative; an empty separator parts the runes.
fn parts(context: &mut Context, separator: &Str, text: &Str, most: i64) -> Result<Vec<Str>, Fail> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let cuts: Vec<(usize, usize)> = if separator.is_empty() {
        runes(text.bytes())
    } else {
        let found = memmem::find_iter(text.bytes(), separator.bytes());
        found.map(|at| (at, at + separator.len())).collect()
    };
    context.charge_items(cuts.len())?;
    context.charge(text.len())?;
    let mut parts = Vec::new();
    let mut start = 0;
    for (end, next) in cuts {
        if parts.len() + 1 >= most {
            break;
        }
        parts.push(text.slice(start..end));
        start = next;
    }
    if !(separator.is_empty() && text.is_empty()) {
        parts.push(text.slice(start..text.len()));
    }
    if separator.is_secret() && !text.is_empty() {
        return Ok(parts.iter().map(Str::all_secret).collect());
    }
    Ok(parts)
}

/// The boundaries between runes.
fn runes(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut cuts = Vec::new();
    for chunk in bytes.utf8_chunks() {
        for size in chunk
            .valid()
            .chars()
            .map(char::len_utf8)
            .chain(chunk.invalid().iter().map(|_| 1))
        {
            at += size;
            if at < bytes.len() {
                cuts.push((at, at));
            }
        }
    }
    cuts
}

/// `_0`, `_1` and so on.
fn numbered(context: &mut Context, parts: Vec<Str>) -> Result<Value, Fail> {
    let entries = parts
        .into_iter()
        .enumerate()
        .map(|(i, part)| (Str::from(format!("_{i}")), Value::Str(part)));
    let entries = entries.collect();
    context.typed_map(&STRING, entries)
}
