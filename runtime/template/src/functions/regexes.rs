//! Regular expressions.

use super::convert::string_list;
use super::regex_syntax::translate;
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::text::{Out, Str};
use crate::value::Value;
use regex::bytes::{Captures, Regex};

const TWO: &[Param] = &[Param::Str, Param::Str];
const THREE: &[Param] = &[Param::Str, Param::Str, Param::Str];
const COUNTED: &[Param] = &[Param::Str, Param::Str, Param::Int];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("regexMatch", TWO, Rule::Clear, |context, args| {
        let matched = match compile(context, Args(args).str(0)?) {
            Ok(regex) => regex.is_match(Args(args).str(1)?.bytes()),
            Err(Fail::Message(_)) => false,
            Err(limit) => return Err(limit),
        };
        Ok(Value::Bool(matched))
    }),
    Function::fixed("regexFind", TWO, Rule::Exact, |context, args| {
        let (pattern, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let found = compile(context, pattern)?
            .find(text.bytes())
            .map_or(0..0, |found| found.range());
        Ok(Value::Str(part(pattern, text, found.start, found.end)))
    }),
    Function::fixed("regexFindAll", COUNTED, Rule::Exact, |context, args| {
        let (pattern, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let found = find_all(context, pattern, text, Args(args).int(2)?)?;
        let parts = found
            .into_iter()
            .map(|(start, end)| part(pattern, text, start, end))
            .collect();
        string_list(context, parts)
    }),
    Function::fixed("regexReplaceAll", THREE, Rule::Exact, |context, args| {
        replace(context, Args(args), expand)
    }),
    Function::fixed(
        "regexReplaceAllLiteral",
        THREE,
        Rule::Exact,
        |context, args| {
            replace(context, Args(args), |out, _, _, replacement| {
                out.push_str(replacement)
            })
        },
    ),
    Function::fixed("regexSplit", COUNTED, Rule::Exact, |context, args| {
        let (pattern, text, count) = (Args(args).str(0)?, Args(args).str(1)?, Args(args).int(2)?);
        split(context, pattern, text, count)
    }),
];

fn compile(context: &mut Context<'_>, pattern: &Str) -> Result<Regex, Fail> {
    context.spend(50 + pattern.len() as u64)?;
    let text = pattern.text();
    let wrong = |problem: &str| {
        Fail::new(format!(
            "regexp: Compile(`{text}`): error parsing regexp: {problem}"
        ))
    };
    let translated = translate(&text).map_err(|problem| wrong(&problem))?;
    let regex = Regex::new(&translated).map_err(|error| {
        let text = error.to_string();
        wrong(
            text.lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: "),
        )
    })?;
    context.look_at_clock()?;
    Ok(regex)
}

/// A part of the text; secret as a whole if the pattern that cut it out is.
fn part(pattern: &Str, text: &Str, start: usize, end: usize) -> Str {
    let part = text.slice(start..end);
    if pattern.is_secret() {
        part.all_secret()
    } else {
        part
    }
}

fn find_all(
    context: &mut Context<'_>,
    pattern: &Str,
    text: &Str,
    count: i64,
) -> Result<Vec<(usize, usize)>, Fail> {
    let regex = compile(context, pattern)?;
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let found: Vec<_> = regex
        .find_iter(text.bytes())
        .take(most)
        .map(|found| (found.start(), found.end()))
        .collect();
    context.charge_items(found.len())?;
    context.spend(text.len() as u64 / 64)?;
    Ok(found)
}

type Replacer = fn(&mut Out, &Captures<'_>, &Str, &Str);

fn replace(context: &mut Context<'_>, args: Args<'_>, write: Replacer) -> Result<Value, Fail> {
    let (pattern, text, replacement) = (args.str(0)?, args.str(1)?, args.str(2)?);
    let regex = compile(context, pattern)?;
    let mut out = context.out();
    let mut at = 0;
    for found in regex.captures_iter(text.bytes()) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text.slice(at..whole.start()));
        write(&mut out, &found, text, replacement);
        at = whole.end();
        if out.overflowed() {
            break;
        }
    }
    out.push_str(&text.slice(at..text.len()));
    context.spend(text.len() as u64 / 64)?;
    let result = context.finish(out)?;
    Ok(Value::Str(if pattern.is_secret() {
        result.all_secret()
    } else {
        result
    }))
}

/// Writes a replacement with `$1`, `${name}` and `$$`.
fn expand(out: &mut Out, found: &Captures<'_>, text: &Str, replacement: &Str) {
    let bytes = replacement.bytes();
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', bytes.get(at..).unwrap_or_default()) {
        out.push_str(&replacement.slice(at..at + dollar));
        at += dollar + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"$") {
            out.byte(b'$');
            at += 1;
            continue;
        }
        let Some((name, length)) = reference(rest) else {
            out.byte(b'$');
            continue;
        };
        at += length;
        let number = name
            .parse::<usize>()
            .ok()
            .filter(|_| name == "0" || !name.starts_with('0'));
        let group = match number {
            Some(number) => found.get(number),
            None if name.starts_with(|c: char| c.is_ascii_digit()) => {
                found.name(&format!("_{name}"))
            }
            None => found.name(name),
        };
        if let Some(group) = group {
            out.push_str(&text.slice(group.range()));
        }
    }
    out.push_str(&replacement.slice(at..replacement.len()));
}

/// The name behind a dollar sign and how long it is, braces included.
fn reference(bytes: &[u8]) -> Option<(&str, usize)> {
    let braced = bytes.starts_with(b"{");
    let body = bytes.get(usize::from(braced)..)?;
    let length = body
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let name = std::str::from_utf8(body.get(..length)?)
        .ok()
        .filter(|name| !name.is_empty())?;
    if !braced {
        return Some((name, length));
    }
    (body.get(length) == Some(&b'}')).then_some((name, length + 2))
}

fn split(context: &mut Context<'_>, pattern: &Str, text: &Str, count: i64) -> Result<Value, Fail> {
    if count == 0 {
        compile(context, pattern)?;
        return Ok(Value::List(crate::value::List::nil(
            &super::convert::STRING,
        )));
    }
    if !pattern.is_empty() && text.is_empty() {
        compile(context, pattern)?;
        return string_list(context, vec!["".into()]);
    }
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let (mut begin, mut end) = (0, 0);
    let mut parts = Vec::new();
    for (start, stop) in find_all(context, pattern, text, count)? {
        if parts.len() + 1 == most {
            break;
        }
        end = start;
        if stop != 0 {
            parts.push(part(pattern, text, begin, end));
        }
        begin = stop;
    }
    if end != text.len() {
        parts.push(part(pattern, text, begin, text.len()));
    }
    string_list(context, parts)
}
