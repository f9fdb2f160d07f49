//! The builtins of `text/template` but for comparison and escaping, and the two functions of kubectl's templates.

use super::{Args, Function, Param, Rule, Special};
use crate::context::{Context, Fail};
use crate::fmt;
use crate::value::{Int, IntKind, List, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        special: Special::And,
        ..Function::variadic("and", &[Param::Raw], Param::Raw, Rule::Exact, never)
    },
    Function {
        special: Special::Or,
        ..Function::variadic("or", &[Param::Raw], Param::Raw, Rule::Exact, never)
    },
    Function::fixed("not", &[Param::Raw], Rule::Clear, |_, args| {
        Ok(Value::Bool(!Args(args).get(0)?.truth()))
    }),
    Function::fixed("len", &[Param::Raw], Rule::Clear, |_, args| {
        length(Args(args).get(0)?)
    }),
    Function::variadic(
        "index",
        &[Param::Raw],
        Param::Raw,
        Rule::Exact,
        |_, args| index(args),
    ),
    Function::variadic("slice", &[Param::Raw], Param::Raw, Rule::Exact, slice),
    Function::variadic("call", &[Param::Raw], Param::Raw, Rule::Clear, |_, args| {
        call(args)
    }),
    Function::variadic("print", &[], Param::Any, Rule::Exact, |context, args| {
        let mut out = context.out();
        fmt::sprint(&mut out, args);
        context.finish(out).map(Value::Str)
    }),
    Function::variadic("println", &[], Param::Any, Rule::Exact, |context, args| {
        let mut out = context.out();
        fmt::sprintln(&mut out, args);
        context.finish(out).map(Value::Str)
    }),
    Function::variadic(
        "printf",
        &[Param::Str],
        Param::Any,
        Rule::Exact,
        |context, args| {
            let mut out = context.out();
            fmt::sprintf(&mut out, Args(args).str(0)?, Args(args).from(1));
            context.finish(out).map(Value::Str)
        },
    ),
];

/// What kubectl's go-template printer adds.
pub(super) const WAIT_V2: &[Function] = &[
    Function::variadic(
        "exists",
        &[Param::Any],
        Param::Any,
        Rule::Clear,
        |_, args| Ok(Value::Bool(exists(args).is_some())),
    ),
    Function::fixed(
        "base64decode",
        &[Param::Str],
        Rule::Whole,
        |context, args| match STANDARD.decode(Args(args).str(0)?.bytes()) {
            Ok(bytes) => context.text(bytes),
            Err(_) => Err(Fail::new("base64 decode failed")),
        },
    ),
];

/// `and` and `or` are the evaluator's.
fn never(_: &mut Context, _: &[Value]) -> Result<Value, Fail> {
    Err(Fail::new("must not be called this way"))
}

fn length(value: &Value) -> Result<Value, Fail> {
    let length = match value.target() {
        Value::Missing => {
            return Err(Fail::new(
                "reflect: call of reflect.Value.Type on zero Value",
            ));
        }
        Value::Nil | Value::NilPtr(_) => return Err(Fail::new("len of nil pointer")),
        Value::Str(text) | Value::Bytes(text) => text.len(),
        Value::NilBytes => 0,
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        other => return Err(Fail::new(format!("len of type {}", other.type_name()))),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// A position in a list of `length` items, the end included.
fn position(index: &Value, length: usize) -> Result<usize, Fail> {
    match index {
        Value::Int(int) => match usize::try_from(int.value) {
            Ok(at) if at <= length => Ok(at),
            _ => Err(Fail::new(format!("index out of range: {}", int.value))),
        },
        Value::Missing | Value::Nil => Err(Fail::new("cannot index slice/array with nil")),
        other => Err(Fail::new(format!(
            "cannot index slice/array with type {}",
            other.type_name()
        ))),
    }
}

fn index(args: &[Value]) -> Result<Value, Fail> {
    let Some((first, indexes)) = args.split_first() else {
        return Err(Fail::new("index of untyped nil"));
    };
    if first.is_nil() {
        return Err(Fail::new("index of untyped nil"));
    }
    let mut item = first.clone();
    for index in indexes {
        item = match item.target() {
            Value::Nil | Value::Missing | Value::NilPtr(_) => {
                return Err(Fail::new("index of nil pointer"));
            }
            Value::Str(text) | Value::Bytes(text) => {
                let at = position(index, text.len())?;
                let Some(byte) = text.bytes().get(at) else {
                    let text = matches!(item.target(), Value::Str(_));
                    return Err(out_of_range(if text { "string" } else { "slice" }));
                };
                let secret = text.marks().touches(at..at + 1);
                Value::Int(Int {
                    kind: IntKind::Uint8,
                    value: i64::from(*byte),
                    secret,
                })
            }
            Value::NilBytes => {
                position(index, 0)?;
                return Err(out_of_range("slice"));
            }
            Value::List(list) => {
                let at = position(index, list.items().len())?;
                let item = list.items().get(at).cloned();
                item.ok_or_else(|| out_of_range("slice"))?
            }
            Value::Map(map) => match index {
                Value::Str(key) if key.type_name() == crate::text::Named::String => map
                    .get(key.bytes())
                    .unwrap_or_else(|| map.item_type().zero()),
                Value::Missing | Value::Nil => {
                    return Err(Fail::new("value is nil; should be of type string"));
                }
                other => {
                    return Err(Fail::new(format!(
                        "value has type {}; should be string",
                        other.type_name()
                    )));
                }
            },
            other => {
                return Err(Fail::new(format!(
                    "can't index item of type {}",
                    other.type_name()
                )));
            }
        };
    }
    Ok(item)
}

fn out_of_range(what: &str) -> Fail {
    Fail::new(format!("reflect: {what} index out of range"))
}

/// The builtin `slice`, which sprig's hides except in `WaitV2`.
fn slice(context: &mut Context, args: &[Value]) -> Result<Value, Fail> {
    let Some((first, indexes)) = args.split_first() else {
        return Err(Fail::new("slice of untyped nil"));
    };
    let item = match first.target() {
        Value::Missing | Value::Nil => return Err(Fail::new("slice of untyped nil")),
        Value::NilPtr(_) => return Err(Fail::new("slice of nil pointer")),
        item => item,
    };
    let length = match item {
        Value::Str(text) | Value::Bytes(text) => text.len(),
        Value::NilBytes => 0,
        Value::List(list) => list.items().len(),
        other => {
            return Err(Fail::new(format!(
                "can't slice item of type {}",
                other.type_name()
            )));
        }
    };
    if indexes.len() > 3 {
        return Err(Fail::new(format!(
            "too many slice indexes: {}",
            indexes.len()
        )));
    }
    if indexes.len() == 3 && matches!(item, Value::Str(_)) {
        return Err(Fail::new("cannot 3-index slice a string"));
    }
    let mut bounds = [0, length, length];
    for (slot, index) in bounds.iter_mut().zip(indexes) {
        *slot = position(index, length)?;
    }
    let [start, end, most] = bounds;
    if start > end {
        return Err(Fail::new(format!("invalid slice index: {start} > {end}")));
    }
    if end > most {
        return Err(Fail::new(format!("invalid slice index: {end} > {most}")));
    }
    match item {
        Value::Str(text) => Ok(Value::Str(text.slice(start..end))),
        Value::Bytes(text) => Ok(Value::Bytes(text.slice(start..end))),
        Value::List(list) => {
            let items = list.items().get(start..end).unwrap_or_default();
            context.charge_items(items.len())?;
            Ok(Value::List(List::of(list.item_type(), items.to_vec())))
        }
        other => Ok(other.clone()),
    }
}

/// There are no function values to call.
fn call(args: &[Value]) -> Result<Value, Fail> {
    match args.first() {
        None | Some(Value::Missing | Value::Nil) => Err(Fail::new("call of nil")),
        Some(value) => Err(Fail::new(format!(
            "non-function of type {}",
            value.type_name()
        ))),
    }
}

/// The item that a path of keys and positions leads to.
fn exists(args: &[Value]) -> Option<Value> {
    let (first, path) = args.split_first()?;
    let mut item = first.clone();
    for step in path {
        item = match (item.target(), step) {
            (Value::Map(map), Value::Str(key)) => map.get(key.bytes())?,
            (Value::List(list), Value::Int(at)) => {
                list.items().get(usize::try_from(at.value).ok()?)?.clone()
            }
            (Value::Str(text), Value::Int(at)) => {
                let at = usize::try_from(at.value).ok()?;
                Value::int(i64::from(*text.bytes().get(at)?))
            }
            _ => return None,
        };
    }
    Some(item)
}
