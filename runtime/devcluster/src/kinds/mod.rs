//! What the built-in kinds need beside their types: defaults, first status, rules.

mod event;
mod names;
mod pod;
mod storage;
mod workload;

use base64::Engine as _;
use serde_json::{Value, json};

pub(crate) use event::{from_core as event_from_core, to_core as event_to_core};
pub(crate) use storage::DEFAULT_CLASS;

use names::check_metadata;

use crate::object::{at, contains, items, name, namespace, now, set, set_default, text};
use crate::registry::{self, Known, Resource};
use crate::schema;
use crate::status::Cause;

/// Fills in what a new object of this kind gets from the server.
pub(crate) fn prepare_create(resource: &Resource, object: &mut Value) {
    if resource.status {
        crate::object::map_mut(object).shift_remove("status");
    }
    match resource.known {
        Known::Pod => set(
            object,
            &["status"],
            json!({"phase": "Pending", "qosClass": pod::qos_class(object)}),
        ),
        Known::Namespace => {
            let name = name(object).to_owned();
            set(
                object,
                &["metadata", "labels", "kubernetes.io/metadata.name"],
                name.into(),
            );
            set(object, &["spec", "finalizers"], json!(["kubernetes"]));
            set(object, &["status"], json!({"phase": "Active"}));
        }
        Known::PersistentVolumeClaim => {
            add_finalizer(object, "kubernetes.io/pvc-protection");
            set(object, &["status"], json!({"phase": "Pending"}));
        }
        Known::PersistentVolume => {
            add_finalizer(object, "kubernetes.io/pv-protection");
            set(
                object,
                &["status"],
                json!({"phase": "Pending", "lastPhaseTransitionTime": now()}),
            );
        }
        Known::CustomResourceDefinition => {
            add_finalizer(object, "customresourcecleanup.apiextensions.k8s.io");
            registry::accept_names(object);
        }
        Known::StatefulSet => set(
            object,
            &["status"],
            json!({"replicas": 0, "availableReplicas": 0}),
        ),
        Known::ReplicaSet => set(object, &["status"], json!({"replicas": 0})),
        Known::Deployment | Known::Job => set(object, &["status"], json!({})),
        _ => {}
    }
}

fn add_finalizer(object: &mut Value, finalizer: &str) {
    if !contains(object, &["metadata", "finalizers"], finalizer) {
        let mut list = items(object, &["metadata", "finalizers"]).to_vec();
        list.push(finalizer.into());
        set(object, &["metadata", "finalizers"], list.into());
    }
}

/// Fills in the defaults; done at every write.
pub(crate) fn defaults(resource: &Resource, object: &mut Value) {
    match resource.known {
        Known::Custom => schema::fill(object, &resource.schema),
        Known::Pod => pod::defaults(object),
        Known::Secret => secret(object),
        Known::Deployment | Known::ReplicaSet | Known::StatefulSet | Known::Job => {
            workload::defaults(resource.known, object)
        }
        Known::PersistentVolumeClaim | Known::PersistentVolume | Known::StorageClass => {
            storage::defaults(resource.known, object);
        }
        Known::Event => event::defaults(object),
        Known::CustomResourceDefinition => registry::accept_names(object),
        _ => {}
    }
}

fn secret(object: &mut Value) {
    set_default(object, &["type"], "Opaque".into());
    if let Some(Value::Object(plain)) = crate::object::remove(object, &["stringData"]) {
        for (key, value) in plain {
            let text = value.as_str().unwrap_or_default();
            let coded = base64::engine::general_purpose::STANDARD.encode(text);
            set(object, &["data", &key], coded.into());
        }
    }
}

/// What is wrong with an object; `old` is null for a new one.
pub(crate) fn validate(resource: &Resource, old: &Value, object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    check_metadata(resource, old, object, &mut causes);
    match resource.known {
        Known::Custom => schema::check(object, &resource.schema, "", &mut causes),
        Known::Pod => pod::validate(old, object, &mut causes),
        Known::Deployment | Known::ReplicaSet | Known::StatefulSet | Known::Job => {
            workload::validate(resource.known, old, object, &mut causes);
        }
        Known::PersistentVolumeClaim | Known::PersistentVolume => {
            storage::validate(resource.known, old, object, &mut causes)
        }
        Known::CustomResourceDefinition => causes.extend(registry::validate_definition(object)),
        Known::ConfigMap | Known::Secret => data(resource.known, old, object, &mut causes),
        Known::Event if text(object, &["involvedObject", "namespace"]) != namespace(object) => {
            let involved = text(object, &["involvedObject", "namespace"]);
            if !(involved.is_empty() && namespace(object) == "default") {
                causes.push(Cause::invalid(
                    "involvedObject.namespace",
                    at(object, &["involvedObject", "namespace"]),
                    "does not match event.namespace",
                ));
            }
        }
        _ => {}
    }
    causes
}

fn data(known: Known, old: &Value, object: &Value, causes: &mut Vec<Cause>) {
    for field in ["data", "binaryData"] {
        for key in at(object, &[field])
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
        {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            if key.is_empty()
                || key.len() > 253
                || !key.chars().all(fits)
                || key == "."
                || key == ".."
            {
                causes.push(Cause::invalid(
                    format!("{field}[{key}]"),
                    &Value::from(key.as_str()),
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
                ));
            }
        }
    }
    if at(old, &["immutable"]) == true {
        for field in ["data", "binaryData", "immutable"] {
            if at(old, &[field]) != at(object, &[field]) {
                causes.push(Cause::forbidden(
                    field,
                    "field is immutable when `immutable` is set",
                ));
            }
        }
    }
    if known == Known::Secret && !old.is_null() && at(old, &["type"]) != at(object, &["type"]) {
        causes.push(Cause::invalid(
            "type",
            at(object, &["type"]),
            "field is immutable",
        ));
    }
}
