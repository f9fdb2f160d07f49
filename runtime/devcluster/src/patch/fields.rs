//! Sets of fields, in the notation of `metadata.managedFields` (FieldsV1): `f:NAME` a field,
//! `k:{…}` the element of a list with these key fields, `v:…` the element with this value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::lists::{find, key_of};
use crate::schema::{ANY, ListKind, Node, Shape};

/// A set of paths in an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet {
    /// The place itself belongs to the set.
    own: bool,
    below: BTreeMap<String, FieldSet>,
}

impl FieldSet {
    fn leaf() -> Self {
        Self {
            own: true,
            below: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.own && self.below.is_empty()
    }

    /// Reads FieldsV1.
    pub(super) fn from_json(value: &Value) -> Self {
        let mut set = Self::read(value);
        set.own = false;
        set
    }

    fn read(value: &Value) -> Self {
        let map = value.as_object();
        let mut set = Self {
            own: map.is_none_or(Map::is_empty),
            below: BTreeMap::new(),
        };
        for (step, value) in map.into_iter().flatten() {
            if step == "." {
                set.own = true;
            } else {
                set.below.insert(step.clone(), Self::read(value));
            }
        }
        set
    }

    /// Writes FieldsV1.
    pub(super) fn to_json(&self) -> Value {
        let mut map = Map::new();
        if self.own && !self.below.is_empty() {
            map.insert(".".into(), Value::Object(Map::new()));
        }
        for (step, set) in &self.below {
            map.insert(step.clone(), set.to_json());
        }
        Value::Object(map)
    }

    /// All fields that `value` has. With `parents`, maps and elements that hold fields count too.
    pub(super) fn of(value: &Value, node: &Node, parents: bool) -> Self {
        let children = children(value, node);
        let Some(children) = children.filter(|children| !children.is_empty()) else {
            return Self::leaf();
        };
        let mut set = Self {
            own: parents,
            below: BTreeMap::new(),
        };
        for Child { step, value, node } in children {
            let mut child = Self::of(value, node, parents);
            child.own |= step.starts_with("k:");
            set.below.insert(step, child);
        }
        set
    }

    pub(super) fn union(&mut self, other: &Self) {
        self.own |= other.own;
        for (step, set) in &other.below {
            self.below.entry(step.clone()).or_default().union(set);
        }
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        self.own &= !other.own;
        self.below.retain(|step, set| {
            if let Some(other) = other.below.get(step) {
                set.subtract(other);
            }
            !set.is_empty()
        });
    }

    /// Removes the places of `other` and everything below them.
    pub(super) fn subtract_trees(&mut self, other: &Self) {
        self.below.retain(|step, set| match other.below.get(step) {
            Some(other) if other.own => false,
            Some(other) => {
                set.subtract_trees(other);
                !set.is_empty()
            }
            None => true,
        });
    }

    /// Removes the places of `other`, and those that hold a place of `other`: they are not given up.
    pub(super) fn subtract_with_parents(&mut self, other: &Self) {
        self.own = false;
        self.below.retain(|step, set| {
            if let Some(other) = other.below.get(step) {
                set.subtract_with_parents(other);
            }
            !set.is_empty()
        });
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let below = self
            .below
            .iter()
            .filter_map(|(step, set)| {
                Some((step.clone(), set.intersection(other.below.get(step)?)))
            })
            .filter(|(_, set)| !set.is_empty())
            .collect();
        Self {
            own: self.own && other.own,
            below,
        }
    }

    /// Removes one place and everything below it.
    pub(super) fn strip(&mut self, path: &[&str]) {
        let Some((step, rest)) = path.split_first() else {
            return;
        };
        let step = format!("f:{step}");
        if rest.is_empty() {
            self.below.remove(&step);
        } else if let Some(set) = self.below.get_mut(&step) {
            set.strip(rest);
            if set.is_empty() {
                self.below.remove(&step);
            }
        }
    }

    pub(super) fn strip_own(&mut self, field: &str) {
        let step = format!("f:{field}");
        if let Some(set) = self.below.get_mut(&step) {
            set.own = false;
            if set.is_empty() {
                self.below.remove(&step);
            }
        }
    }

    /// The paths in the notation of messages: `.spec.containers[name="a"].image`.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect(String::new(), &mut paths);
        paths
    }

    fn collect(&self, path: String, paths: &mut Vec<String>) {
        for (step, set) in &self.below {
            let text = match step.split_once(':') {
                Some(("f", name)) => format!("{path}.{name}"),
                Some(("k", keys)) => {
                    let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
                    let keys: Vec<String> = keys
                        .iter()
                        .map(|(key, value)| format!("{key}={value}"))
                        .collect();
                    format!("{path}[{}]", keys.join(","))
                }
                Some(("v", value)) => format!("{path}[={value}]"),
                _ => format!("{path}[{step}]"),
            };
            set.collect(text, paths);
        }
        if self.own {
            paths.push(path);
        }
    }

    /// Removes from `value` the fields of this set.
    pub(super) fn remove_from(&self, value: &mut Value, node: &Node) {
        for (step, set) in &self.below {
            let Some((kind, name)) = step.split_once(':') else {
                continue;
            };
            match (kind, &mut *value) {
                ("f", Value::Object(map)) => {
                    if set.own {
                        map.shift_remove(name);
                    } else if let Some(child) = map.get_mut(name) {
                        set.remove_from(child, node.field(name).unwrap_or(&ANY));
                    }
                }
                ("k", Value::Array(list)) => {
                    let Shape::List {
                        item,
                        kind: ListKind::Map(keys),
                    } = &node.shape
                    else {
                        continue;
                    };
                    let wanted: Option<Map<String, Value>> = serde_json::from_str(name).ok();
                    if set.own {
                        list.retain(|item| key_of(item, keys) != wanted);
                    } else if let Some(found) =
                        list.iter_mut().find(|item| key_of(item, keys) == wanted)
                    {
                        set.remove_from(found, item);
                    }
                }
                ("v", Value::Array(list)) => {
                    let wanted: Option<Value> = serde_json::from_str(name).ok();
                    list.retain(|item| Some(item) != wanted.as_ref());
                }
                _ => {}
            }
        }
    }
}

struct Child<'a> {
    step: String,
    value: &'a Value,
    node: &'a Node,
}

/// The parts of a value that are owned one by one; nothing for a value that is owned as a whole.
fn children<'a>(value: &'a Value, node: &'a Node) -> Option<Vec<Child<'a>>> {
    let field = |(name, value): (&'a String, &'a Value)| Child {
        step: format!("f:{name}"),
        value,
        node: node.field(name).unwrap_or(&ANY),
    };
    match (&node.shape, value) {
        (Shape::Struct(fields), Value::Object(map)) if !fields.atomic => {
            Some(map.iter().map(field).collect())
        }
        (Shape::Map { atomic: false, .. } | Shape::Any, Value::Object(map)) => {
            Some(map.iter().map(field).collect())
        }
        (
            Shape::List {
                item,
                kind: ListKind::Map(keys),
            },
            Value::Array(list),
        ) => Some(
            list.iter()
                .filter_map(|value| {
                    let key = Value::Object(key_of(value, keys)?);
                    Some(Child {
                        step: format!("k:{key}"),
                        value,
                        node: item,
                    })
                })
                .collect(),
        ),
        (
            Shape::List {
                item,
                kind: ListKind::Set,
            },
            Value::Array(list),
        ) => Some(
            list.iter()
                .map(|value| Child {
                    step: format!("v:{value}"),
                    value,
                    node: item,
                })
                .collect(),
        ),
        _ => None,
    }
}

/// How one object differs from another.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Fields that are new or have another value.
    pub(super) written: FieldSet,
    /// Fields that are gone.
    pub(super) removed: FieldSet,
}

/// Compares two values of one type.
pub(super) fn difference(old: &Value, new: &Value, node: &Node) -> Difference {
    let mut result = Difference::default();
    if old == new {
        return result;
    }
    let (Some(before), Some(after)) = (children(old, node), children(new, node)) else {
        result.written = FieldSet::leaf();
        return result;
    };
    for child in &after {
        match before.iter().find(|other| other.step == child.step) {
            Some(other) => {
                let inner = difference(other.value, child.value, child.node);
                insert(&mut result.written, &child.step, inner.written);
                insert(&mut result.removed, &child.step, inner.removed);
            }
            None => insert(
                &mut result.written,
                &child.step,
                FieldSet::of(child.value, child.node, true),
            ),
        }
    }
    for child in &before {
        if !after.iter().any(|other| other.step == child.step) {
            insert(
                &mut result.removed,
                &child.step,
                FieldSet::of(child.value, child.node, true),
            );
        }
    }
    result
}

fn insert(set: &mut FieldSet, step: &str, inner: FieldSet) {
    if !inner.is_empty() {
        set.below.insert(step.to_owned(), inner);
    }
}

/// Merges what was applied into the live value.
pub(super) fn merge(live: &mut Value, applied: &Value, node: &Node) {
    match (&node.shape, &mut *live, applied) {
        (Shape::Struct(fields), _, _) if fields.atomic => *live = applied.clone(),
        (Shape::Map { atomic: true, .. }, _, _) => *live = applied.clone(),
        (
            Shape::Struct(_) | Shape::Map { .. } | Shape::Any,
            Value::Object(map),
            Value::Object(applied),
        ) => {
            for (name, value) in applied {
                merge(
                    map.entry(name.clone()).or_insert(Value::Null),
                    value,
                    node.field(name).unwrap_or(&ANY),
                );
            }
        }
        (
            Shape::List {
                item,
                kind: ListKind::Map(keys),
            },
            Value::Array(list),
            Value::Array(applied),
        ) => {
            for value in applied {
                let key = key_of(value, keys);
                match list
                    .iter_mut()
                    .find(|other| key.is_some() && key_of(other, keys) == key)
                {
                    Some(found) => merge(found, value, item),
                    None => list.push(value.clone()),
                }
            }
            if list.len() == applied.len() {
                let ordered: Option<Vec<Value>> = applied
                    .iter()
                    .map(|value| find(list, keys, &key_of(value, keys)?).cloned())
                    .collect();
                if let Some(ordered) = ordered {
                    *list = ordered;
                }
            }
        }
        (
            Shape::List {
                kind: ListKind::Set,
                ..
            },
            Value::Array(list),
            Value::Array(applied),
        ) => {
            for value in applied {
                if !list.contains(value) {
                    list.push(value.clone());
                }
            }
        }
        _ => *live = applied.clone(),
    }
}
