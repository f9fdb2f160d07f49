//! `eq ne lt le gt ge`.

use super::{Args, Function, Param, Rule};
use crate::context::Fail;
use crate::fmt::display;
use crate::text::Out;
use crate::value::{Equality, Value, equal};
use std::cmp::Ordering;

const PAIR: &[Param] = &[Param::Raw, Param::Raw];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("eq", &[Param::Raw], Param::Raw, Rule::Clear, |_, args| {
        eq(args).map(Value::Bool)
    }),
    Function::fixed("ne", PAIR, Rule::Clear, |_, args| {
        eq(args).map(|equal| Value::Bool(!equal))
    }),
    Function::fixed("lt", PAIR, Rule::Clear, |_, args| lt(args).map(Value::Bool)),
    Function::fixed("le", PAIR, Rule::Clear, |_, args| le(args).map(Value::Bool)),
    Function::fixed("gt", PAIR, Rule::Clear, |_, args| {
        le(args).map(|less| Value::Bool(!less))
    }),
    Function::fixed("ge", PAIR, Rule::Clear, |_, args| {
        lt(args).map(|less| Value::Bool(!less))
    }),
];

fn incompatible(left: &Value, right: &Value) -> Fail {
    Fail::new(format!(
        "incompatible types for comparison: {} and {}",
        left.type_name(),
        right.type_name()
    ))
}

/// A longer value is not shown.
const SHOWN: usize = 1024;

fn not_comparable(value: &Value) -> Fail {
    let mut out = Out::new(SHOWN);
    display(&mut out, value);
    let name = value.type_name();
    if out.overflowed() {
        return Fail::new(format!("non-comparable type {name}"));
    }
    let text = out.finish();
    Fail::new(format!("non-comparable type {}: {name}", text.text()))
}

fn eq(args: &[Value]) -> Result<bool, Fail> {
    let left = Args(args).get(0)?;
    let others = Args(args).from(1);
    if others.is_empty() {
        return Err(Fail::new("missing argument for comparison"));
    }
    for right in others {
        match equal(left, right) {
            Equality::Known(true) => return Ok(true),
            Equality::Known(false) => {}
            Equality::Incompatible => return Err(incompatible(left, right)),
            Equality::NotComparable => {
                return Err(not_comparable(right));
            }
        }
    }
    Ok(false)
}

fn lt(args: &[Value]) -> Result<bool, Fail> {
    let (left, right) = (Args(args).get(0)?, Args(args).get(1)?);
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.value.cmp(&b.value)),
        (Value::Float(a, _), Value::Float(b, _)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.bytes().cmp(b.bytes())),
        (a, b) if basic(a) && basic(b) && a.kind() != b.kind() => return Err(incompatible(a, b)),
        _ => return Err(Fail::new("invalid type for comparison")),
    };
    Ok(order == Some(Ordering::Less))
}

fn le(args: &[Value]) -> Result<bool, Fail> {
    Ok(lt(args)? || eq(args)?)
}

fn basic(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_) | Value::Int(_) | Value::Float(..) | Value::Complex(..) | Value::Str(_)
    )
}
