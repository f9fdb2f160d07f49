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
                    // Null where null is not allowed counts as absent.
                    Some(found) => found.is_null() && !field.nullable,
                };
                match (absent, &field.default) {
                    (true, Some(default)) => {
                        map.insert(name.clone(), default.clone());
                    }
                    // Without a default such a null is dropped.
                    (true, None) => {
                        map.shift_remove(name);
                    }
                    (false, _) => {}
                }
                if let Some(found) = map.get_mut(name) {
                    fill(found, field);
                }
            }
        }
        (Shape::Map { value: inner, .. }, Value::Object(map)) => {
            map.retain(|_, item| !item.is_null() || inner.nullable);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Fields;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn a_null_that_is_not_allowed_is_dropped_or_filled_in() {
        let text = |nullable: bool, default: Option<Value>| Node {
            nullable,
            default,
            ..Node::of(Shape::Text)
        };
        let labels = Node::of(Shape::Map {
            value: Arc::new(text(false, None)),
            atomic: false,
        });
        let known = [
            ("foo", text(false, Some(json!("default")))),
            ("bar", text(true, None)),
            ("baz", text(false, None)),
            ("labels", labels.clone()),
            ("none", labels),
        ];
        let fields = Fields {
            known: known.map(|(name, node)| (name.to_owned(), node)).into(),
            ..Fields::default()
        };
        let node = Node::of(Shape::Struct(Arc::new(fields)));
        let mut value = json!({"foo": null, "bar": null, "baz": null, "labels": {"a": null, "b": "c"}, "none": null});
        fill(&mut value, &node);
        assert_eq!(
            value,
            json!({"foo": "default", "bar": null, "labels": {"b": "c"}})
        );
    }
}
