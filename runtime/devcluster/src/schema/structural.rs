//! Types from the schema in a CustomResourceDefinition.

use std::sync::Arc;

use serde_json::Value;

use super::{Fields, ListKind, Node, Patch, Rules, Shape, builtin};

/// The type that a version of a definition describes.
///
/// # Errors
/// What makes the schema unusable, with its path.
pub(crate) fn from_definition(schema: &Value) -> Result<Node, String> {
    let mut node = read(schema, "openAPIV3Schema")?;
    // Every custom resource has these three, whatever its schema says of them.
    if let Shape::Struct(fields) = &mut node.shape {
        let fields = Arc::make_mut(fields);
        let header = builtin("v1/ConfigMap");
        for name in ["apiVersion", "kind", "metadata"] {
            if let Some(own) = header.and_then(|kind| kind.field(name)) {
                fields.known.insert(name.to_owned(), own.clone());
            }
        }
    }
    Ok(node)
}

fn read(schema: &Value, path: &str) -> Result<Node, String> {
    let flag = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let text = |name: &str| schema.get(name).and_then(Value::as_str).unwrap_or_default();
    let open = flag("x-kubernetes-preserve-unknown-fields");
    let embedded = flag("x-kubernetes-embedded-resource");
    let shape = if flag("x-kubernetes-int-or-string") {
        Shape::IntOrText
    } else {
        match text("type") {
            "string" => Shape::Text,
            "integer" => Shape::Integer,
            "number" => Shape::Number,
            "boolean" => Shape::Boolean,
            "array" => list(schema, path)?,
            "object" => object(schema, path, open, embedded)?,
            "" if open => Shape::Any,
            "" => {
                return Err(format!(
                    "{path}.type: Required value: must not be empty for specified object fields"
                ));
            }
            other => return Err(format!("{path}.type: Unsupported value: {other:?}")),
        }
    };
    let rules = Rules::parse(schema).map_err(|error| format!("{path}: {error}"))?;
    Ok(Node {
        shape,
        nullable: flag("nullable"),
        default: schema.get("default").cloned(),
        rules: rules.map(Arc::new),
        patch: Patch::default(),
    })
}

fn list(schema: &Value, path: &str) -> Result<Shape, String> {
    let items = schema
        .get("items")
        .ok_or_else(|| format!("{path}.items: Required value: must be specified"))?;
    let item = Arc::new(read(items, &format!("{path}.items"))?);
    let kind = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => ListKind::Set,
        Some("map") => {
            let keys = schema
                .get("x-kubernetes-list-map-keys")
                .and_then(Value::as_array);
            ListKind::Map(
                keys.into_iter()
                    .flatten()
                    .filter_map(|key| key.as_str().map(str::to_owned))
                    .collect(),
            )
        }
        _ => ListKind::Atomic,
    };
    Ok(Shape::List { item, kind })
}

fn object(schema: &Value, path: &str, open: bool, embedded: bool) -> Result<Shape, String> {
    let atomic = schema.get("x-kubernetes-map-type").and_then(Value::as_str) == Some("atomic");
    let properties = schema.get("properties").and_then(Value::as_object);
    match schema.get("additionalProperties") {
        Some(values @ Value::Object(_)) if properties.is_none() => {
            let value = Arc::new(read(values, &format!("{path}.additionalProperties"))?);
            return Ok(Shape::Map { value, atomic });
        }
        Some(Value::Bool(true)) if properties.is_none() => {
            let value = Arc::new(Node::default());
            return Ok(Shape::Map { value, atomic });
        }
        _ => {}
    }
    let mut fields = Fields {
        atomic,
        open,
        embedded,
        ..Fields::default()
    };
    for (name, body) in properties.into_iter().flatten() {
        let node = read(body, &format!("{path}.properties[{name}]"))?;
        fields.known.insert(name.clone(), node);
    }
    let required = schema.get("required").and_then(Value::as_array);
    fields.required = required
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    Ok(Shape::Struct(Arc::new(fields)))
}
