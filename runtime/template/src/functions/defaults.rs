//! Defaults, emptiness, JSON.

use super::{Args, Function, Param, Rule};
use crate::context::{Context, Fail};
use crate::json;
use crate::value::{List, Value};
use std::sync::Arc;

const ANY: &[Param] = &[Param::Any];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("default", ANY, Param::Any, Rule::Exact, |_, args| {
        let given = Args(args).from(1).first();
        match given {
            Some(given) if !empty(given) => Ok(given.clone()),
            _ => Args(args).get(0).cloned(),
        }
    }),
    Function::fixed("empty", ANY, Rule::Clear, |_, args| {
        Ok(Value::Bool(empty(Args(args).get(0)?)))
    }),
    Function::variadic("coalesce", &[], Param::Any, Rule::Exact, |_, args| {
        Ok(args
            .iter()
            .find(|arg| !empty(arg))
            .cloned()
            .unwrap_or(Value::Nil))
    }),
    Function::fixed("compact", ANY, Rule::Exact, |context, args| {
        let items = super::lists::items(Args(args).get(0)?, "Cannot compact on type")?;
        context.list(items.into_iter().filter(|item| !empty(item)).collect())
    }),
    Function::fixed("deepCopy", ANY, Rule::Exact, |context, args| {
        match Args(args).get(0)? {
            Value::Nil => Err(Fail::new(
                "reflect: call of reflect.Value.Type on zero Value",
            )),
            value => copy_value(context, value),
        }
    }),
    Function::fixed("toJson", ANY, Rule::Exact, |context, args| {
        to_json(context, Args(args).get(0)?, false)
    }),
    Function::fixed("toPrettyJson", ANY, Rule::Exact, |context, args| {
        to_json(context, Args(args).get(0)?, true)
    }),
    Function::fixed(
        "ternary",
        &[Param::Any, Param::Any, Param::Bool],
        Rule::Exact,
        |_, args| {
            let args = Args(args);
            args.get(usize::from(!args.bool(2)?)).cloned()
        },
    ),
];

/// Zero, false, or without content; structs never are.
pub(super) fn empty(value: &Value) -> bool {
    !value.truth()
}

fn to_json(context: &mut Context, value: &Value, pretty: bool) -> Result<Value, Fail> {
    let mut out = context.out();
    let written = json::write(&mut out, value, pretty);
    if written.is_err() && !out.overflowed() {
        return context.text("");
    }
    context.finish(out).map(Value::Str)
}

const DEEP: u32 = 150;

/// A copy that shares no map with the original; its maps can be changed.
pub(crate) fn copy_value(context: &mut Context, value: &Value) -> Result<Value, Fail> {
    copy(context, value, 0)
}

fn copy(context: &mut Context, value: &Value, depth: u32) -> Result<Value, Fail> {
    if depth > DEEP {
        return Err(Fail::Limit(format!("a value nested deeper than {DEEP}")));
    }
    context.step()?;
    Ok(match value {
        Value::List(list) if !list.is_nil() => {
            context.charge_items(list.items().len())?;
            let items: Result<Vec<_>, _> = list
                .items()
                .iter()
                .map(|item| copy(context, item, depth + 1))
                .collect();
            Value::List(List::of(list.item_type(), items?))
        }
        Value::Map(map) if !map.is_nil() => {
            let mut entries = Vec::new();
            for (key, item) in map.entries() {
                entries.push((key, copy(context, &item, depth + 1)?));
            }
            context.typed_map(map.item_type(), entries)?
        }
        Value::Record(record) => {
            let fields: Result<Vec<_>, _> = record
                .fields()
                .iter()
                .map(|item| copy(context, item, depth + 1))
                .collect();
            Value::Record(crate::value::Record::new(record.kind(), fields?))
        }
        Value::Ptr(target) => Value::Ptr(Arc::new(copy(context, target, depth + 1)?)),
        other => other.clone(),
    })
}
