//! Claims, volumes and storage classes.

use serde_json::Value;

use crate::object::{at, items, map_mut, set_default, text};
use crate::registry::Known;
use crate::status::Cause;

/// The class whose claims get a directory below the state of the cluster.
pub(crate) const DEFAULT_CLASS: &str = "standard";

pub(super) fn defaults(known: Known, object: &mut Value) {
    match known {
        Known::PersistentVolumeClaim => {
            set_default(object, &["spec", "volumeMode"], "Filesystem".into());
        }
        Known::PersistentVolume => {
            set_default(object, &["spec", "volumeMode"], "Filesystem".into());
            set_default(
                object,
                &["spec", "persistentVolumeReclaimPolicy"],
                "Retain".into(),
            );
            if at(object, &["spec", "hostPath"]).is_object() {
                set_default(object, &["spec", "hostPath", "type"], "".into());
            }
        }
        Known::StorageClass => {
            set_default(object, &["reclaimPolicy"], "Delete".into());
            set_default(object, &["volumeBindingMode"], "Immediate".into());
        }
        _ => {}
    }
}

pub(super) fn validate(known: Known, old: &Value, object: &Value, causes: &mut Vec<Cause>) {
    if items(object, &["spec", "accessModes"]).is_empty() {
        causes.push(Cause::required(
            "spec.accessModes",
            "at least 1 access mode is required",
        ));
    }
    let size: &[&str] = if known == Known::PersistentVolume {
        &["spec", "capacity", "storage"]
    } else {
        &["spec", "resources", "requests", "storage"]
    };
    if at(object, size).is_null() {
        let path = size
            .split_last()
            .map(|(last, path)| format!("{}[{last}]", path.join(".")))
            .unwrap_or_default();
        causes.push(Cause::required(path, ""));
    }
    if known == Known::PersistentVolumeClaim && !old.is_null() {
        // A claim may grow and be bound, nothing else.
        let fixed = |object: &Value| {
            let mut spec = at(object, &["spec"]).clone();
            map_mut(&mut spec).shift_remove("resources");
            if text(old, &["spec", "volumeName"]).is_empty() {
                map_mut(&mut spec).shift_remove("volumeName");
            }
            if at(old, &["spec", "storageClassName"]).is_null() {
                map_mut(&mut spec).shift_remove("storageClassName");
            }
            spec
        };
        if fixed(old) != fixed(object) {
            causes.push(Cause::forbidden(
                "spec",
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
            ));
        }
    }
}
