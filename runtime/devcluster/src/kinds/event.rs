//! Events: one object with two views, that of the core API and that of `events.k8s.io`.

use serde_json::{Map, Value, json};

use crate::object::{map_mut, set_default};

/// Names that differ: in `events.k8s.io`, in the core API.
const NAMES: [(&str, &str); 7] = [
    ("regarding", "involvedObject"),
    ("note", "message"),
    ("reportingController", "reportingComponent"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
];

pub(super) fn defaults(event: &mut Value) {
    for field in ["reportingComponent", "reportingInstance"] {
        set_default(event, &[field], "".into());
    }
    set_default(event, &["source"], json!({}));
}

fn rename(event: &mut Value, name: impl Fn(&str) -> Option<&'static str>, api_version: &str) {
    let old = std::mem::take(map_mut(event));
    let renamed: Map<String, Value> = old
        .into_iter()
        .map(|(field, value)| (name(&field).map(str::to_owned).unwrap_or(field), value))
        .collect();
    *event = Value::Object(renamed);
    map_mut(event).insert("apiVersion".into(), api_version.into());
}

/// The core form of an event of `events.k8s.io`.
pub(crate) fn to_core(event: &mut Value) {
    let find = |field: &str| {
        NAMES
            .iter()
            .find(|(new, _)| *new == field)
            .map(|(_, core)| *core)
    };
    rename(event, find, "v1");
}

/// The `events.k8s.io` form of a core event.
pub(crate) fn from_core(event: &mut Value) {
    let find = |field: &str| {
        NAMES
            .iter()
            .find(|(_, core)| *core == field)
            .map(|(new, _)| *new)
    };
    rename(event, find, "events.k8s.io/v1");
}
