//! Defaults of custom resources: filled in where a field is absent, and in the defaults themselves.

use serde_json::Value;

use super::{Node, Shape};

/// Fills in the defaults of `node` below `value`.
pub(crate) fn fill(value: &mut Value, node: &Node) {
    match (&node.shape, value) {
        (Shape::Struct(fields), Value::Object(map)) => {
            for (name, field) in &fields.known {
                let absent = match map.get(name) {
                    None => true,
                    // Null where null is not allowed counts as absent if there is a default.
                    Some(found) => found.is_null() && !field.nullable,
                };
                if let (true, Some(default)) = (absent, &field.default) {
                    map.insert(name.clone(), default.clone());
                }
                if let Some(found) = map.get_mut(name) {
                    fill(found, field);
                }
            }
        }
        (Shape::Map { value: inner, .. }, Value::Object(map)) => {
            for item in map.values_mut() {
                fill(item, inner);
            }
        }
        (Shape::List { item: inner, .. }, Value::Array(list)) => {
            for item in list {
                fill(item, inner);
            }
        }
        _ => {}
    }
}
