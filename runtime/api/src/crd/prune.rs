//! Pruning: what the API server does with fields that a schema does not have.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use serde_json::Value;

/// Removes from an object what its structural schema does not have, as the Kubernetes API server
/// does with custom resources, and returns the paths of what was removed, for example
/// `spec.actions[0].blueprnt`. `apiVersion`, `kind` and everything in `metadata` of the object
/// itself stay.
pub fn prune(schema: &JSONSchemaProps, object: &mut Value) -> Vec<String> {
    let mut removed = Vec::new();
    if let Value::Object(fields) = object {
        prune_fields(
            schema,
            fields,
            "",
            &mut removed,
            &["apiVersion", "kind", "metadata"],
        );
    }
    removed
}

fn prune_value(schema: &JSONSchemaProps, value: &mut Value, path: &str, removed: &mut Vec<String>) {
    match value {
        Value::Object(fields) => prune_fields(schema, fields, path, removed, &[]),
        Value::Array(items) => {
            let Some(JSONSchemaPropsOrArray::Schema(schema)) = &schema.items else {
                return;
            };
            for (index, item) in items.iter_mut().enumerate() {
                prune_value(schema, item, &format!("{path}[{index}]"), removed);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn prune_fields(
    schema: &JSONSchemaProps,
    fields: &mut serde_json::Map<String, Value>,
    path: &str,
    removed: &mut Vec<String>,
    untouched: &[&str],
) {
    let preserve = schema.x_kubernetes_preserve_unknown_fields == Some(true);
    fields.retain(|name, value| {
        if untouched.contains(&name.as_str()) {
            return true;
        }
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let known = schema
            .properties
            .as_ref()
            .and_then(|properties| properties.get(name));
        let schema = match (known, &schema.additional_properties) {
            (Some(schema), _) => Some(schema),
            (None, Some(JSONSchemaPropsOrBool::Schema(schema))) => Some(schema.as_ref()),
            (None, Some(JSONSchemaPropsOrBool::Bool(true))) => return true,
            (None, _) => None,
        };
        match schema {
            Some(schema) => prune_value(schema, value, &path, removed),
            None if preserve => {}
            None => {
                removed.push(path);
                return false;
            }
        }
        true
    });
}
