//! The types of objects: which fields exist, how lists and maps are merged, defaults and rules.
//!
//! Those of the built-in resources come from a table derived from the API's published OpenAPI
//! document; those of custom resources from their definitions.

mod builtin;
mod check;
mod defaults;
mod protobuf;
mod prune;
mod rules;
mod structural;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

pub(crate) use builtin::builtin;
pub(crate) use check::check;
pub(crate) use defaults::fill;
pub(crate) use protobuf::from_protobuf;
pub(crate) use prune::{Mode, prune};
pub(crate) use rules::Rules;
pub(crate) use structural::from_definition;

/// The type of a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) shape: Shape,
    pub(crate) nullable: bool,
    pub(crate) default: Option<Value>,
    pub(crate) rules: Option<Arc<Rules>>,
    /// A strategic merge patch replaces the whole value or drops what it does not name.
    pub(crate) patch: Patch,
}

/// What a strategic merge patch does with a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Patch {
    /// Elements of a list are merged, found by this field (or are plain values if there is none).
    pub(crate) merge: bool,
    pub(crate) key: Option<String>,
    pub(crate) retain_keys: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Shape {
    /// Anything, without knowledge of its fields.
    #[default]
    Any,
    Text,
    Bytes,
    Time,
    Quantity,
    Integer,
    Number,
    Boolean,
    IntOrText,
    Struct(Arc<Fields>),
    Map {
        value: Arc<Node>,
        atomic: bool,
    },
    List {
        item: Arc<Node>,
        kind: ListKind,
    },
}

/// The fields of a struct.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) known: HashMap<String, Node>,
    pub(crate) required: Vec<String>,
    /// Owned and replaced as one value.
    pub(crate) atomic: bool,
    /// Unknown fields are kept.
    pub(crate) open: bool,
    /// A whole object of the API: its kind, version and metadata are kept.
    pub(crate) embedded: bool,
    /// The numbers of the fields in protobuf.
    pub(crate) numbers: Vec<(u32, Number)>,
}

/// What a number of a protobuf message is.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    Field(String),
    /// A message whose fields are the object's own in JSON.
    Inline(Vec<(u32, Number)>),
}

/// How the elements of a list are told apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum ListKind {
    /// The list is one value.
    #[default]
    Atomic,
    /// Each element is a value of its own.
    Set,
    /// Elements are known by these fields.
    Map(Vec<String>),
}

impl Node {
    pub(crate) fn of(shape: Shape) -> Self {
        Self {
            shape,
            ..Self::default()
        }
    }

    /// The type of a field of this struct or map.
    pub(crate) fn field(&self, name: &str) -> Option<&Node> {
        match &self.shape {
            Shape::Struct(fields) => fields.known.get(name),
            Shape::Map { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// A type about which nothing is known.
pub(crate) static ANY: Node = Node {
    shape: Shape::Any,
    nullable: true,
    default: None,
    rules: None,
    patch: Patch {
        merge: false,
        key: None,
        retain_keys: false,
    },
};
