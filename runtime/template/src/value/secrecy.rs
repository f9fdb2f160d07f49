//! Asking values whether they are secret, and making them so.

use super::{Int, List, Map, Record, Value};
use std::sync::Arc;

/// Deeper values are taken to be secret without looking, so that the question ends on cyclic maps too.
const DEEP: u32 = 64;
/// So are values with more parts: a list can hold the same list twice, and so on, 2^n parts in n steps.
const PARTS: u32 = 20_000;

impl Value {
    /// True if any part of the value is secret.
    pub(crate) fn is_secret(&self) -> bool {
        secret_within(self, DEEP, &mut PARTS.clone())
    }

    /// The same value with every part of it secret. Booleans stay as they are: see the crate's documentation.
    pub(crate) fn all_secret(self) -> Value {
        mark(self, DEEP, &mut PARTS.clone())
    }
}

fn secret_within(value: &Value, depth: u32, parts: &mut u32) -> bool {
    if depth == 0 || *parts == 0 {
        return true;
    }
    *parts -= 1;
    match value {
        Value::Str(text) | Value::Bytes(text) => text.is_secret(),
        Value::Int(int) => int.secret,
        Value::Float(_, secret) => *secret,
        Value::Time(time) => time.secret,
        Value::Version(version) => version.secret,
        Value::List(list) => list
            .items()
            .iter()
            .any(|item| secret_within(item, depth - 1, parts)),
        Value::Map(map) => map
            .entries()
            .iter()
            .any(|(key, item)| key.is_secret() || secret_within(item, depth - 1, parts)),
        Value::Record(record) => record
            .fields()
            .iter()
            .any(|item| secret_within(item, depth - 1, parts)),
        Value::Ptr(target) => secret_within(target, depth - 1, parts),
        Value::Missing
        | Value::Nil
        | Value::Bool(_)
        | Value::Complex(..)
        | Value::NilBytes
        | Value::NilPtr(_) => false,
    }
}

fn mark(value: Value, depth: u32, parts: &mut u32) -> Value {
    if depth == 0 || *parts == 0 {
        return Value::Missing;
    }
    *parts -= 1;
    match value {
        Value::Str(text) => Value::Str(text.all_secret()),
        Value::Bytes(text) => Value::Bytes(text.all_secret()),
        Value::Int(int) => Value::Int(Int {
            secret: true,
            ..int
        }),
        Value::Float(number, _) => Value::Float(number, true),
        Value::Time(time) => Value::Time(Arc::new(time.marked())),
        Value::Version(version) => Value::Version(Arc::new(version.marked())),
        Value::List(list) if list.is_nil() => Value::List(list),
        Value::List(list) => {
            let items = list
                .items()
                .iter()
                .map(|item| mark(item.clone(), depth - 1, parts))
                .collect();
            Value::List(List::of(list.item_type(), items))
        }
        Value::Map(map) if map.is_nil() => Value::Map(map),
        Value::Map(map) => {
            let entries = map
                .entries()
                .into_iter()
                .map(|(key, item)| (key.all_secret(), mark(item, depth - 1, parts)));
            Value::Map(Map::frozen(map.item_type(), entries))
        }
        Value::Record(record) => {
            let fields = record
                .fields()
                .iter()
                .map(|item| mark(item.clone(), depth - 1, parts))
                .collect();
            Value::Record(Record::new(record.kind(), fields))
        }
        Value::Ptr(target) => Value::Ptr(Arc::new(mark((*target).clone(), depth - 1, parts))),
        same @ (Value::Missing
        | Value::Nil
        | Value::Bool(_)
        | Value::Complex(..)
        | Value::NilBytes
        | Value::NilPtr(_)) => same,
    }
}
