//! Static Go types: what a map or list holds, what its zero value is, what `%T` prints.

use super::{Int, IntKind, List, Map, Record, Value};
use crate::text::{Named, Str};
use crate::time::Time;
use std::sync::Arc;

/// A static Go type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Type {
    Any,
    Bool,
    Int(IntKind),
    Str(Named),
    Bytes,
    KubeTime,
    List(&'static Type),
    Map(&'static Type),
    Record(&'static RecordType),
    Ptr(&'static Type),
}

/// A Go struct type.
#[derive(Debug)]
pub(crate) struct RecordType {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// A field of a Go struct type.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// The JSON name; empty for an embedded struct whose fields stand in the outer object.
    pub(crate) json: &'static str,
    pub(crate) omit_empty: bool,
    /// Fields of this field are fields of the struct too.
    pub(crate) promoted: bool,
    /// `%v` leaves it out while it is nil.
    pub(crate) unprinted: bool,
    pub(crate) kind: Type,
}

impl Type {
    pub(crate) fn zero(&'static self) -> Value {
        match self {
            Type::Any => Value::Nil,
            Type::Bool => Value::Bool(false),
            Type::Int(kind) => Value::Int(Int::of(*kind, 0)),
            Type::Str(named) => Value::Str(Str::from("").named(*named)),
            Type::Bytes => Value::NilBytes,
            Type::KubeTime => Value::Time(Arc::new(Time::zero().kube())),
            Type::List(item) => Value::List(List::nil(item)),
            Type::Map(item) => Value::Map(Map::nil(item)),
            Type::Record(kind) => Value::Record(Record::zero(kind)),
            Type::Ptr(target) => Value::NilPtr(target),
        }
    }

    pub(crate) fn go_name(&self) -> String {
        match self {
            Type::Any => "interface {}".into(),
            Type::Bool => "bool".into(),
            Type::Int(kind) => kind.go_name().into(),
            Type::Str(named) => named.go_name().into(),
            Type::Bytes => "[]uint8".into(),
            Type::KubeTime => "v1.Time".into(),
            Type::List(item) => format!("[]{}", item.go_name()),
            Type::Map(item) => format!("map[string]{}", item.go_name()),
            Type::Record(kind) => kind.name.into(),
            Type::Ptr(target) => format!("*{}", target.go_name()),
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Type::Any)
    }
}

impl RecordType {
    /// The position of a field, of a promoted one as the path to it.
    pub(crate) fn find(&'static self, name: &str) -> Option<(usize, Option<usize>)> {
        if let Some(at) = self.fields.iter().position(|field| field.name == name) {
            return Some((at, None));
        }
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.promoted)
            .find_map(|(at, field)| match field.kind {
                Type::Record(inner) => inner
                    .fields
                    .iter()
                    .position(|field| field.name == name)
                    .map(|sub| (at, Some(sub))),
                _ => None,
            })
    }
}
