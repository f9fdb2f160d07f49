//! Strings: cutting, trimming, joining, quoting, replacing.

use super::convert::{shown, strings, text_of};
use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::fmt::quoted;
use crate::text::{Out, Str};
use crate::value::Value;
use memchr::memmem;

const STR: &[Param] = &[Param::Str];
const TWO: &[Param] = &[Param::Str, Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("hello", &[], Rule::Clear, |_, _| {
        Ok(Value::string("Hello!"))
    }),
    Function::fixed("trim", STR, Rule::Exact, |_, args| {
        let text = Args(args).str(0)?;
        Ok(Value::Str(trim(text, char::is_whitespace)))
    }),
    Function::fixed("trimAll", TWO, Rule::Exact, |_, args| trim_all(Args(args))),
    Function::fixed("trimall", TWO, Rule::Exact, |_, args| trim_all(Args(args))),
    Function::fixed("trimPrefix", TWO, Rule::Exact, |_, args| {
        let (prefix, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let start = if text.bytes().starts_with(prefix.bytes()) {
            prefix.len()
        } else {
            0
        };
        Ok(Value::Str(text.slice(start..text.len())))
    }),
    Function::fixed("trimSuffix", TWO, Rule::Exact, |_, args| {
        let (suffix, text) = (Args(args).str(0)?, Args(args).str(1)?);
        let cut = if text.bytes().ends_with(suffix.bytes()) {
            suffix.len()
        } else {
            0
        };
        Ok(Value::Str(text.slice(0..text.len() - cut)))
    }),
    Function::fixed(
        "trunc",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |_, args| {
            let (length, text) = (Args(args).int(0)?, Args(args).str(1)?);
            match usize::try_from(length) {
                Ok(length) => Ok(Value::Str(text.slice(0..length))),
                Err(_) => Err(out_of_range(format!("[:{length}]"))),
            }
        },
    ),
    Function::fixed(
        "substr",
        &[Param::Int, Param::Int, Param::Str],
        Rule::Exact,
        |_, args| {
            let (start, end, text) = (Args(args).int(0)?, Args(args).int(1)?, Args(args).str(2)?);
            let bound = |at: i64| usize::try_from(at).ok();
            let end_of_text = end < 0 || bound(end).is_none_or(|end| end > text.len());
            let range = match (bound(start), bound(end)) {
                (None, None) => return Err(out_of_range(format!("[:{end}]"))),
                (None, Some(end)) if end > text.len() => {
                    return Err(out_of_range(format!("[:{end}] with length {}", text.len())));
                }
                (None, Some(end)) => 0..end,
                (Some(start), _) if end_of_text => start..text.len(),
                (Some(start), end) => start..end.unwrap_or(0),
            };
            if range.start > range.end {
                return Err(out_of_range(format!("[{}:{}]", range.start, range.end)));
            }
            Ok(Value::Str(text.slice(range)))
        },
    ),
    Function::fixed("contains", TWO, Rule::Clear, |_, args| {
        Ok(Value::Bool(
            memmem::find(Args(args).str(1)?.bytes(), Args(args).str(0)?.bytes()).is_some(),
        ))
    }),
    Function::fixed("hasPrefix", TWO, Rule::Clear, |_, args| {
        Ok(Value::Bool(
            Args(args)
                .str(1)?
                .bytes()
                .starts_with(Args(args).str(0)?.bytes()),
        ))
    }),
    Function::fixed("hasSuffix", TWO, Rule::Clear, |_, args| {
        Ok(Value::Bool(
            Args(args)
                .str(1)?
                .bytes()
                .ends_with(Args(args).str(0)?.bytes()),
        ))
    }),
    Function::fixed(
        "repeat",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |context, args| {
            let (count, text) = (Args(args).int(0)?, Args(args).str(1)?);
            let count =
                usize::try_from(count).map_err(|_| Fail::new("strings: negative Repeat count"))?;
            context.charge(text.len().saturating_mul(count))?;
            let mut out = Out::new(usize::MAX);
            for _ in 0..if text.is_empty() { 0 } else { count } {
                out.push_str(text);
            }
            Ok(Value::Str(out.finish()))
        },
    ),
    Function::fixed(
        "indent",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |context, args| indent(context, "", Args(args)),
    ),
    Function::fixed(
        "nindent",
        &[Param::Int, Param::Str],
        Rule::Exact,
        |context, args| indent(context, "\n", Args(args)),
    ),
    Function::fixed(
        "replace",
        &[Param::Str, Param::Str, Param::Str],
        Rule::Exact,
        |context, args| {
            let args = Args(args);
            replace(context, args.str(0)?, args.str(1)?, args.str(2)?)
        },
    ),
    Function::fixed(
        "plural",
        &[Param::Str, Param::Str, Param::Int],
        Rule::Exact,
        |_, args| {
            let args = Args(args);
            args.get(usize::from(args.int(2)? != 1)).cloned()
        },
    ),
    Function::variadic("quote", &[], Param::Any, Rule::Exact, |context, args| {
        each(context, args, |context, out, arg| {
            let text = text_of(context, arg)?;
            out.push_str(&quoted(&text, false));
            Ok(())
        })
    }),
    Function::variadic("squote", &[], Param::Any, Rule::Exact, |context, args| {
        each(context, args, |context, out, arg| {
            out.byte(b'\'');
            out.push_str(&shown(context, arg)?);
            out.byte(b'\'');
            Ok(())
        })
    }),
    Function::variadic("cat", &[], Param::Any, Rule::Exact, |context, args| {
        each(context, args, |context, out, arg| {
            out.push_str(&shown(context, arg)?);
            Ok(())
        })
    }),
    Function::fixed(
        "join",
        &[Param::Str, Param::Any],
        Rule::Exact,
        |context, args| {
            let separator = Args(args).str(0)?;
            let texts = strings(context, Args(args).get(1)?)?;
            let mut out = context.out();
            for (i, text) in texts.iter().enumerate() {
                if i > 0 {
                    out.push_str(separator);
                }
                out.push_str(text);
            }
            context.finish(out).map(Value::Str)
        },
    ),
];

type Write = fn(&mut Context, &mut Out, &Value) -> Result<(), Fail>;

/// Every argument but nil, with spaces between.
fn each(context: &mut Context, args: &[Value], write: Write) -> Result<Value, Fail> {
    let mut out = context.out();
    for (i, arg) in args.iter().filter(|arg| !arg.is_nil()).enumerate() {
        if i > 0 {
            out.byte(b' ');
        }
        write(context, &mut out, arg)?;
    }
    context.finish(out).map(Value::Str)
}

/// Go's complaint about a slice.
fn out_of_range(range: String) -> Fail {
    Fail::new(format!("runtime error: slice bounds out of range {range}"))
}

/// Without the runes at both ends of which `cut` is true.
fn trim(text: &Str, cut: impl Fn(char) -> bool) -> Str {
    let bytes = text.bytes();
    let mut start = 0;
    'front: for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !cut(c) {
                break 'front;
            }
            start += c.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            break;
        }
    }
    let mut end = start;
    let mut at = start;
    for chunk in bytes.get(start..).unwrap_or_default().utf8_chunks() {
        for c in chunk.valid().chars() {
            at += c.len_utf8();
            if !cut(c) {
                end = at;
            }
        }
        at += chunk.invalid().len();
        if !chunk.invalid().is_empty() {
            end = at;
        }
    }
    text.slice(start..end)
}

fn trim_all(args: Args<'_>) -> Result<Value, Fail> {
    let (set, text) = (args.str(0)?.text(), args.str(1)?);
    Ok(Value::Str(trim(text, |c| set.contains(c))))
}

fn indent(context: &mut Context, before: &str, args: Args<'_>) -> Result<Value, Fail> {
    let count =
        usize::try_from(args.int(0)?).map_err(|_| Fail::new("strings: negative Repeat count"))?;
    let text = args.str(1)?;
    let mut out = context.out();
    out.text(before);
    out.fill(b' ', count);
    let mut start = 0;
    for (at, byte) in text.bytes().iter().enumerate() {
        if *byte == b'\n' {
            out.push_part(text, start..at + 1);
            out.fill(b' ', count);
            start = at + 1;
        }
        if out.overflowed() {
            break;
        }
    }
    out.push_part(text, start..text.len());
    context.finish(out).map(Value::Str)
}

/// All of `old` by `new`; an empty `old` stands before every rune and at the end.
fn replace(context: &mut Context, old: &Str, new: &Str, text: &Str) -> Result<Value, Fail> {
    let mut out = context.out();
    let mut at = 0;
    if old.is_empty() {
        for chunk in text.bytes().utf8_chunks() {
            for size in chunk
                .valid()
                .chars()
                .map(char::len_utf8)
                .chain(chunk.invalid().iter().map(|_| 1))
            {
                out.push_in_place(new, text, at..at);
                out.push_part(text, at..at + size);
                at += size;
            }
            if out.overflowed() {
                break;
            }
        }
        out.push_in_place(new, text, at..at);
    } else {
        for found in memmem::find_iter(text.bytes(), old.bytes()) {
            out.push_part(text, at..found);
            at = found + old.len();
            out.push_in_place(new, text, found..at);
            if out.overflowed() {
                break;
            }
        }
        out.push_part(text, at..text.len());
    }
    let secret = old.is_secret() && !text.is_empty();
    let result = context.finish(out)?;
    Ok(Value::Str(if secret {
        result.all_secret()
    } else {
        result
    }))
}
