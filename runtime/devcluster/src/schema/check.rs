//! Judging a custom resource by its schema.

use serde_json::Value;

use super::{Node, Shape};
use crate::status::Cause;

/// Everything that breaks the schema.
pub(crate) fn check(value: &Value, node: &Node, path: &str, causes: &mut Vec<Cause>) {
    if value.is_null() && (node.nullable || path.is_empty()) {
        return;
    }
    if let Some(wanted) = wrong_type(value, &node.shape) {
        causes.push(Cause {
            reason: "FieldValueTypeInvalid",
            message: format!(
                "Invalid value: {:?}: {path} in body must be of type {wanted}: {:?}",
                word(value),
                word(value)
            ),
            field: path.to_owned(),
        });
        return;
    }
    if let Some(rules) = &node.rules {
        if let Some(allowed) = rules
            .allowed
            .as_ref()
            .filter(|allowed| !allowed.contains(value))
        {
            let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
            causes.push(Cause {
                reason: "FieldValueNotSupported",
                message: format!(
                    "Unsupported value: {value}: supported values: {}",
                    allowed.join(", ")
                ),
                field: path.to_owned(),
            });
        }
        for message in rules.broken_by(value, path) {
            causes.push(Cause::invalid(path, value, &message));
        }
    }
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match (&node.shape, value) {
        (Shape::Struct(fields), Value::Object(map)) => {
            for name in fields
                .required
                .iter()
                .filter(|name| !map.contains_key(*name))
            {
                causes.push(Cause::required(below(name), ""));
            }
            for (name, item) in map {
                if let Some(node) = fields.known.get(name) {
                    check(item, node, &below(name), causes);
                }
            }
        }
        (Shape::Map { value: inner, .. }, Value::Object(map)) => {
            for (name, item) in map {
                check(item, inner, &below(name), causes);
            }
        }
        (Shape::List { item: inner, .. }, Value::Array(list)) => {
            for (index, item) in list.iter().enumerate() {
                check(item, inner, &format!("{path}[{index}]"), causes);
            }
        }
        _ => {}
    }
}

fn wrong_type(value: &Value, shape: &Shape) -> Option<&'static str> {
    let (fits, wanted) = match shape {
        Shape::Any => (true, ""),
        Shape::Text | Shape::Bytes | Shape::Time | Shape::Quantity => (value.is_string(), "string"),
        Shape::Integer => (
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0),
            "integer",
        ),
        Shape::Number => (value.is_number(), "number"),
        Shape::Boolean => (value.is_boolean(), "boolean"),
        Shape::IntOrText => (value.is_i64() || value.is_string(), "integer,string"),
        Shape::Struct(_) | Shape::Map { .. } => (value.is_object(), "object"),
        Shape::List { .. } => (value.is_array(), "array"),
    };
    (!fits).then_some(wanted)
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
