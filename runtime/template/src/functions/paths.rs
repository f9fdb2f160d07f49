//! Slash-separated paths.

use super::{Args, Function, Param, Rule};
use crate::value::Value;

const STR: &[Param] = &[Param::Str];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::fixed("base", STR, Rule::Whole, |context, args| {
        context.text(base(Args(args).str(0)?.bytes()))
    }),
    Function::fixed("dir", STR, Rule::Whole, |context, args| {
        let path = Args(args).str(0)?.bytes();
        let end = path
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(0, |at| at + 1);
        context.text(clean(path.get(..end).unwrap_or_default()))
    }),
    Function::fixed("clean", STR, Rule::Whole, |context, args| {
        context.text(clean(Args(args).str(0)?.bytes()))
    }),
    Function::fixed("ext", STR, Rule::Exact, |_, args| {
        let path = Args(args).str(0)?;
        let bytes = path.bytes();
        let start = bytes.iter().rposition(|byte| matches!(byte, b'/' | b'.'));
        let start = start
            .filter(|at| bytes.get(*at) == Some(&b'.'))
            .unwrap_or(bytes.len());
        Ok(Value::Str(path.slice(start..bytes.len())))
    }),
    Function::fixed("isAbs", STR, Rule::Clear, |_, args| {
        Ok(Value::Bool(Args(args).str(0)?.bytes().starts_with(b"/")))
    }),
];

/// The last element.
fn base(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let Some(end) = path.iter().rposition(|byte| *byte != b'/') else {
        return b"/".to_vec();
    };
    let path = path.get(..=end).unwrap_or_default();
    path.rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or_default()
        .to_vec()
}

/// Without `.`, `..` and empty elements.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." => match kept.last() {
                Some(last) if *last != b".." => {
                    kept.pop();
                }
                _ if rooted => {}
                _ => kept.push(element),
            },
            element => kept.push(element),
        }
    }
    let joined = kept.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
