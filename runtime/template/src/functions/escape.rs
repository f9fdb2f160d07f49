//! `html`, `js` and `urlquery`.

use super::url_escape::{Part, escape};
use super::{Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::fmt::{is_print, joined};
use crate::text::Out;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("html", &[], Param::Any, Rule::Whole, |context, args| {
        apply(context, args, html)
    }),
    Function::variadic("js", &[], Param::Any, Rule::Whole, |context, args| {
        apply(context, args, js)
    }),
    Function::variadic("urlquery", &[], Param::Any, Rule::Whole, |context, args| {
        apply(context, args, |out, bytes| {
            out.text(&escape(bytes, Part::Query))
        })
    }),
];

fn apply(
    context: &mut Context,
    args: &[Value],
    escape: fn(&mut Out, &[u8]),
) -> Result<Value, Fail> {
    let mut plain = context.out();
    joined(&mut plain, args);
    let plain = context.finish(plain)?;
    let mut out = context.out();
    escape(&mut out, plain.bytes());
    context.finish(out).map(Value::Str)
}

fn html(out: &mut Out, bytes: &[u8]) {
    for byte in bytes {
        match byte {
            0 => out.text("\u{fffd}"),
            b'"' => out.text("&#34;"),
            b'\'' => out.text("&#39;"),
            b'&' => out.text("&amp;"),
            b'<' => out.text("&lt;"),
            b'>' => out.text("&gt;"),
            byte => out.byte(*byte),
        }
    }
}

fn js(out: &mut Out, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.text("\\\\"),
                '\'' => out.text("\\'"),
                '"' => out.text("\\\""),
                '<' => out.text("\\u003C"),
                '>' => out.text("\\u003E"),
                '&' => out.text("\\u0026"),
                '=' => out.text("\\u003D"),
                c if c < ' ' || (!c.is_ascii() && !is_print(c)) => {
                    out.text(&format!("\\u{:04X}", u32::from(c)))
                }
                c => out.text(c.encode_utf8(&mut [0; 4])),
            }
        }
        // An invalid byte counts as U+FFFD, which is printable: Go copies the byte.
        out.push(chunk.invalid());
    }
}
