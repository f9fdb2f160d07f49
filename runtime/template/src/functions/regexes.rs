//! Regular expressions.

use super::convert::{STRING, string_list};
use super::regex_syntax::{Translated, translate};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::fmt::quote;
use crate::text::{Out, Str};
use crate::value::{List, Value};
use regex::bytes::{Captures, Regex};

const TWO: &[Param] = &[Param::Str, Param::Str];
const THREE: &[Param] = &[Param::Str, Param::Str, Param::Str];
const COUNTED: &[Param] = &[Param::Str, Param::Str, Param::Int];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("regexMatch", TWO, Rule::Clear, |context, args| {
        let matched = match compile(context, Args(args).str(0)?) {
            Ok(pattern) => pattern.regex.is_match(Args(args).str(1)?.bytes()),
            Err(Fail::Message(_)) => false,
            Err(limit) => return Err(limit),
        };
        Ok(Value::Bool(matched))
    }),
    Function::fixed("regexFind", TWO, Rule::Exact, |context, args| {
        let (pattern, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let found = compile(context, pattern)?
            .regex
            .find(text.bytes())
            .map_or(0..0, |found| found.range());
        Ok(Value::Str(part(pattern, text, found.start, found.end)))
    }),
    Function::fixed("regexFindAll", COUNTED, Rule::Exact, |context, args| {
        let (pattern, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let found = find_all(context, pattern, text, Args(args).int(2)?)?;
        if found.is_empty() {
            return Ok(Value::List(List::nil(&STRING)));
        }
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
            replace(context, Args(args), |out, _, replacement| {
                out.push_str(replacement)
            })
        },
    ),
    Function::fixed("regexSplit", COUNTED, Rule::Exact, |context, args| {
        let (pattern, text, count) = (Args(args).str(0)?, Args(args).str(1)?, Args(args).int(2)?);
        split(context, pattern, text, count)
    }),
];

/// A compiled pattern.
struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
}

fn compile(context: &mut Context, pattern: &Str) -> Result<Pattern, Fail> {
    context.spend(50 + pattern.len() as u64)?;
    let text = pattern.text();
    if std::str::from_utf8(pattern.bytes()).is_err() {
        return Err(Fail::new(format!(
            "regexp: Compile({}): error parsing regexp: invalid UTF-8",
            quote(pattern.bytes())
        )));
    }
    let wrong = |problem: &str| {
        Fail::new(format!(
            "regexp: Compile(`{text}`): error parsing regexp: {problem}"
        ))
    };
    let Translated { pattern, names } = translate(&text).map_err(|problem| wrong(&problem))?;
    let regex = Regex::new(&pattern).map_err(|error| {
        let text = error.to_string();
        wrong(
            text.lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: "),
        )
    })?;
    context.look_at_clock()?;
    Ok(Pattern { regex, names })
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

/// The matches in order, found as Go finds them: after an empty match the search goes on behind the next rune, and an
/// empty match right behind another does not count.
struct Matches<'r, 't> {
    regex: &'r Regex,
    text: &'t [u8],
    at: usize,
    last: Option<usize>,
}

impl<'t> Iterator for Matches<'_, 't> {
    type Item = Captures<'t>;

    fn next(&mut self) -> Option<Captures<'t>> {
        while self.at <= self.text.len() {
            let found = self.regex.captures_at(self.text, self.at)?;
            let range = found.get(0)?.range();
            if range.is_empty() && !on_boundary(self.text, range.start) {
                // Within a rune there is nothing to find.
                self.at = range.start + 1;
                continue;
            }
            self.at = if range.end > self.at {
                range.end
            } else {
                self.at + rune_length(self.text, self.at)
            };
            let again = range.is_empty() && self.last == Some(range.start);
            self.last = Some(range.end);
            if !again {
                return Some(found);
            }
        }
        None
    }
}

/// False inside the encoding of a rune.
fn on_boundary(text: &[u8], at: usize) -> bool {
    let continues = text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    if !continues {
        return true;
    }
    let start = (at.saturating_sub(3)..at).find(|start| start + rune_length(text, *start) > at);
    start.is_none()
}

fn rune_length(text: &[u8], at: usize) -> usize {
    let head = text.get(at..text.len().min(at + 4)).unwrap_or_default();
    let rune = head
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    rune.map_or(1, char::len_utf8)
}

fn matches<'r, 't>(regex: &'r Regex, text: &'t Str) -> Matches<'r, 't> {
    Matches {
        regex,
        text: text.bytes(),
        at: 0,
        last: None,
    }
}

fn find_all(
    context: &mut Context,
    pattern: &Str,
    text: &Str,
    count: i64,
) -> Result<Vec<(usize, usize)>, Fail> {
    let compiled = compile(context, pattern)?;
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let ranges = matches(&compiled.regex, text)
        .filter_map(|found| found.get(0).map(|whole| (whole.start(), whole.end())));
    let found: Vec<_> = ranges.take(most).collect();
    context.charge_items(found.len())?;
    context.spend(text.len() as u64 / 64)?;
    Ok(found)
}

type Replacer = fn(&mut Out, &Match<'_>, &Str);

/// A match with what is needed to write its replacement.
struct Match<'m> {
    found: Captures<'m>,
    names: &'m [Option<String>],
    text: &'m Str,
}

fn replace(context: &mut Context, args: Args<'_>, write: Replacer) -> Result<Value, Fail> {
    let (pattern, text, replacement) = (args.str(0)?, args.str(1)?, args.str(2)?);
    let compiled = compile(context, pattern)?;
    let mut out = context.out();
    let mut at = 0;
    for found in matches(&compiled.regex, text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_part(text, at..whole.start());
        at = whole.end();
        let range = whole.range();
        let names = &compiled.names;
        let mut written = context.out();
        write(&mut written, &Match { found, names, text }, replacement);
        out.push_in_place(&written.finish(), text, range);
        if out.overflowed() {
            break;
        }
    }
    out.push_part(text, at..text.len());
    context.spend(text.len() as u64 / 64)?;
    let result = context.finish(out)?;
    Ok(Value::Str(if pattern.is_secret() {
        result.all_secret()
    } else {
        result
    }))
}

/// Writes a replacement with `$1`, `${name}` and `$$`.
fn expand(out: &mut Out, one: &Match<'_>, replacement: &Str) {
    let Match { found, names, text } = one;
    let bytes = replacement.bytes();
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', bytes.get(at..).unwrap_or_default()) {
        out.push_part(replacement, at..at + dollar);
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
            // Of groups with one name the first that took part.
            None => names
                .iter()
                .enumerate()
                .filter(|(_, known)| known.as_deref() == Some(name))
                .find_map(|(group, _)| found.get(group)),
        };
        if let Some(group) = group {
            out.push_part(text, group.range());
        }
    }
    out.push_part(replacement, at..replacement.len());
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

fn split(context: &mut Context, pattern: &Str, text: &Str, count: i64) -> Result<Value, Fail> {
    if count == 0 {
        compile(context, pattern)?;
        return Ok(Value::List(List::nil(&STRING)));
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
