//! Fields of a pod that its own containers may read.

use crate::object::{at, name, namespace, text, uid};
use crate::store::Entry;

/// A field of the pod for the downward API.
pub(super) fn field(pod: &Entry, path: &str) -> String {
    let object = &pod.object;
    let listed = |kind: &str| {
        let map = at(object, &["metadata", kind]).as_object();
        let lines: Vec<String> = map
            .into_iter()
            .flatten()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        lines.join("\n")
    };
    match path {
        "metadata.name" => name(object).to_owned(),
        "metadata.namespace" => namespace(object).to_owned(),
        "metadata.uid" => uid(object).to_owned(),
        "metadata.labels" => listed("labels"),
        "metadata.annotations" => listed("annotations"),
        "spec.nodeName" => super::NAME.to_owned(),
        "spec.serviceAccountName" => text(object, &["spec", "serviceAccountName"]).to_owned(),
        "status.hostIP" | "status.podIP" | "status.podIPs" | "status.hostIPs" => {
            super::ADDRESS.to_owned()
        }
        other => {
            let part = |kind: &str| {
                let key = other
                    .strip_prefix("metadata.")?
                    .strip_prefix(kind)?
                    .strip_prefix("['")?
                    .strip_suffix("']")?;
                Some(text(object, &["metadata", kind, key]).to_owned())
            };
            part("labels")
                .or_else(|| part("annotations"))
                .unwrap_or_default()
        }
    }
}
