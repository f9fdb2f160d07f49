//! Values by reference: what most operands are, found without cloning anything on the way.

use crate::syntax::ArgKind;
use crate::value::Value;

/// What an operand stands for, if that is a literal, the dot, a variable, or what fields of structs and of maps that
/// nothing changes lead to. `None` where more than looking is needed: for missing keys, methods and maps that
/// the template made; the evaluator then goes step by step and finds the error, if it is one.
pub(super) fn look<'v>(
    source: &str,
    variables: &'v [(&str, Value)],
    dot: &'v Value,
    operand: &'v ArgKind,
) -> Option<&'v Value> {
    match operand {
        ArgKind::Dot => Some(dot),
        ArgKind::String(value, _) => Some(value),
        ArgKind::Field(names) => fields(dot, names.of(source)),
        ArgKind::Variable(name, names) => {
            let name = name.of(source);
            let (_, value) = variables.iter().rev().find(|(known, _)| *known == name)?;
            fields(value, names.of(source))
        }
        _ => None,
    }
}

/// `.a.b.c`, or nothing.
fn fields<'v>(start: &'v Value, names: &str) -> Option<&'v Value> {
    let mut value = start;
    let mut rest = names;
    while let Some(tail) = rest.strip_prefix('.') {
        let end = tail.bytes().position(|byte| byte == b'.');
        let (name, after) = tail.split_at(end.unwrap_or(tail.len()));
        value = match value {
            Value::Record(record) => record.get(name)?,
            Value::Map(map) => map.look(name.as_bytes())?,
            Value::Ptr(target) => match target.as_ref() {
                Value::Record(record) => record.get(name)?,
                _ => return None,
            },
            _ => return None,
        };
        rest = after;
    }
    Some(value)
}
