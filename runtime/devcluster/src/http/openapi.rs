//! The part of the OpenAPI document that clients need: which resources there are, and that patches
//! understand `fieldValidation`. Descriptions and types of fields are not in it.

use serde_json::{Map, Value, json};

use crate::registry::{Registry, Resource};

fn path(resource: &Resource) -> String {
    if resource.group.is_empty() {
        format!("api/{}", resource.version)
    } else {
        format!("apis/{}/{}", resource.group, resource.version)
    }
}

pub(super) fn index(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for resource in registry.all() {
        let path = path(resource);
        let url = format!("/openapi/v3/{path}");
        paths.insert(path, json!({"serverRelativeURL": url}));
    }
    json!({"paths": paths})
}

pub(super) fn document(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let mut paths = Map::new();
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
    let own = |resource: &&&Resource| resource.group == group && resource.version == version;
    let resources: Vec<&Resource> = registry.all().iter().map(AsRef::as_ref).collect();
    for resource in resources.iter().filter(own) {
        let base = path(resource);
        let scope = if resource.namespaced {
            "namespaces/{namespace}/"
        } else {
            ""
        };
        let kind =
            json!({"group": resource.group, "version": resource.version, "kind": resource.kind});
        let operation = |action: &str| {
            json!({
                "x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind,
                "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")],
                "responses": {"200": {"description": "OK"}},
            })
        };
        let list = format!("/{base}/{scope}{}", resource.plural);
        paths.insert(list.clone(), json!({"post": operation("post")}));
        let object = format!("{list}/{{name}}");
        paths.insert(
            object,
            json!({"put": operation("put"), "patch": operation("patch")}),
        );
    }
    if paths.is_empty() {
        return None;
    }
    Some(
        json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.34.4"},
        "paths": paths, "components": {"schemas": {}}}),
    )
}
