//! The values of a template: Go's dynamic types, as far as a Blueprint can meet them.
//!
//! One enum, cheap to clone. It keeps what a plain JSON value would lose and what Go's templates show: `int` beside
//! `int64`, byte slices, named strings, the element type of a map (its zero value answers a missing key), nil maps and
//! pointers, strings that are not UTF-8, and the marks of what is secret.

mod compare;
mod import;
mod kind;
mod list;
mod map;
mod record;
mod secrecy;
pub(crate) mod types;

pub(crate) use compare::{Equality, deep_equal, equal};
pub(crate) use kind::{Int, IntKind};
pub(crate) use list::List;
pub(crate) use map::Map;
pub(crate) use record::Record;
pub(crate) use types::{Field, RecordType, Type};

use crate::functions::Version;
use crate::text::Str;
use crate::time::Time;
use std::sync::Arc;

/// A Go value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// No value at all: what a missing key gives where that is no error.
    Missing,
    /// A nil interface.
    Nil,
    Bool(bool),
    Int(Int),
    /// The flag says that it is secret.
    Float(f64, bool),
    Complex(f64, f64),
    Str(Str),
    Bytes(Str),
    NilBytes,
    List(Arc<List>),
    Map(Arc<Map>),
    Record(Arc<Record>),
    Ptr(Arc<Value>),
    NilPtr(&'static Type),
    Time(Arc<Time>),
    Version(Arc<Version>),
}

impl Value {
    pub(crate) fn string(text: impl Into<Str>) -> Value {
        Value::Str(text.into())
    }

    pub(crate) fn int(value: i64) -> Value {
        Value::Int(Int::of(IntKind::Int, value))
    }

    pub(crate) fn int64(value: i64) -> Value {
        Value::Int(Int::of(IntKind::Int64, value))
    }

    /// The text of a value of Go type `string`.
    pub(crate) fn as_str(&self) -> Option<&Str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Follows pointers.
    pub(crate) fn target(&self) -> &Value {
        let mut value = self;
        while let Value::Ptr(inner) = value {
            value = inner;
        }
        value
    }

    /// True for what a template regards as true.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Value::Missing | Value::Nil | Value::NilPtr(_) | Value::NilBytes => false,
            Value::Bool(value) => *value,
            Value::Int(int) => int.value != 0,
            Value::Float(value, _) => *value != 0.0,
            Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Value::Str(text) | Value::Bytes(text) => !text.is_empty(),
            Value::List(list) => !list.items().is_empty(),
            Value::Map(map) => !map.is_empty(),
            Value::Record(_) | Value::Ptr(_) | Value::Time(_) | Value::Version(_) => true,
        }
    }

    /// What a pipeline makes of its value: a nil interface becomes no value.
    pub(crate) fn settled(self) -> Value {
        match self {
            Value::Nil => Value::Missing,
            other => other,
        }
    }

    /// What an argument of type `interface{}` receives: no value becomes a nil interface.
    pub(crate) fn boxed(self) -> Value {
        match self {
            Value::Missing => Value::Nil,
            other => other,
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Value::Missing | Value::Nil)
    }
}
