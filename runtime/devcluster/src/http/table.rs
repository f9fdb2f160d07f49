//! Objects as rows, for `kubectl get`.

use serde_json::{Value, json};

use super::columns::{self, Printed};
use super::partial;
use super::path::Query;
use crate::registry::{Known, Resource};

/// The table of these objects.
pub(super) fn table(
    resource: &Resource,
    objects: &[&Value],
    metadata: Value,
    query: &Query,
) -> Value {
    let printed: Vec<Printed> = if resource.known == Known::Custom {
        columns::custom(resource)
    } else {
        columns::built_in(resource.known)
    };
    let definitions: Vec<Value> = printed
        .iter()
        .map(|column| {
            json!({"name": column.name, "type": column.kind, "format": column.format,
                "description": column.description, "priority": column.priority})
        })
        .collect();
    let include = query.get("includeObject").unwrap_or("Metadata");
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| {
            let cells: Vec<Value> = printed.iter().map(|column| (column.cell)(object)).collect();
            let shown = match include {
                "Object" => (*object).clone(),
                "None" => Value::Null,
                _ => partial(object),
            };
            let mut row = json!({"cells": cells});
            if !shown.is_null() {
                crate::object::set(&mut row, &["object"], shown);
            }
            row
        })
        .collect();
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": definitions, "rows": rows})
}
