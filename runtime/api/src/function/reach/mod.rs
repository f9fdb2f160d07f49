//! What a pod reaches beyond itself, read from its body.
//!
//! The rule for every level is the same: keys that are known to be harmless pass, keys that refer to
//! something (images, claims, Secrets, service accounts) say what they refer to, and **every other
//! key is reported**, so that one which Kubernetes adds tomorrow is denied until somebody grants it.
//! What counts as harmless follows the Baseline profile of the Pod Security Standards.

mod container;
mod security;
mod volume;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::authority::WorkloadAccess;

/// Keys of a PodSpec that every helper pod may have.
const PLAIN: [&str; 11] = [
    "activeDeadlineSeconds",
    "automountServiceAccountToken",
    "containers",
    "enableServiceLinks",
    "imagePullSecrets",
    "initContainers",
    "restartPolicy",
    "securityContext",
    "serviceAccountName",
    "terminationGracePeriodSeconds",
    "volumes",
];

/// Keys of a PodSpec that are features when they are true.
const HOST: [&str; 3] = ["hostIPC", "hostNetwork", "hostPID"];

type Fields = Map<String, Value>;

/// What a pod in `namespace` reaches; the error says why it is no pod that can be judged.
pub(super) fn workload(namespace: &str, pod: &Value) -> Result<WorkloadAccess, String> {
    let mut access = WorkloadAccess {
        namespace: namespace.to_owned(),
        images: BTreeSet::new(),
        service_account: None,
        claims: BTreeSet::new(),
        secrets: BTreeSet::new(),
        override_keys: BTreeSet::new(),
        features: BTreeSet::new(),
    };
    let spec = pod
        .get("spec")
        .and_then(Value::as_object)
        .ok_or("the pod has no spec")?;
    for (key, value) in spec {
        match key.as_str() {
            _ if value.is_null() => {}
            "containers" | "initContainers" | "ephemeralContainers" => {
                for container in objects(key, value)? {
                    container::read(container, &mut access)?;
                }
            }
            "volumes" => {
                for volume in objects(key, value)? {
                    volume::read(volume, &mut access)?;
                }
            }
            "imagePullSecrets" => {
                for secret in objects(key, value)? {
                    access.secrets.insert(text(secret, "name")?);
                }
            }
            "securityContext" => security::read(key, value, &mut access)?,
            // The second is an old name of the first; a pod that has both must mean the same.
            "serviceAccountName" | "serviceAccount" => {
                let name = value
                    .as_str()
                    .ok_or_else(|| format!("{key} of the pod is no text"))?;
                match &access.service_account {
                    _ if name.is_empty() => {}
                    Some(other) if other != name => {
                        return Err("the pod names two service accounts".to_owned());
                    }
                    _ => access.service_account = Some(name.to_owned()),
                }
            }
            key if HOST.contains(&key) => {
                if *value != Value::Bool(false) {
                    access.features.insert(key.to_owned());
                }
            }
            key if PLAIN.contains(&key) => {}
            key => {
                access.override_keys.insert(key.to_owned());
            }
        }
    }
    if access.images.is_empty() {
        return Err("the pod has no container".to_owned());
    }
    annotations(pod, &mut access);
    Ok(access)
}

/// Annotations by which earlier versions of Kubernetes take a container's confinement away.
fn annotations(pod: &Value, access: &mut WorkloadAccess) {
    let annotations = pod.get("metadata").and_then(|it| it.get("annotations"));
    for (key, value) in annotations.and_then(Value::as_object).into_iter().flatten() {
        let harmless = matches!(value.as_str(), Some("runtime/default" | "docker/default"));
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !harmless {
            access.features.insert("appArmorProfile".to_owned());
        }
        if key.contains("seccomp.security.alpha.kubernetes.io/") && !harmless {
            access.features.insert("seccompProfile".to_owned());
        }
    }
}

/// The objects of a list.
fn objects<'a>(
    what: &str,
    value: &'a Value,
) -> Result<impl Iterator<Item = &'a Fields> + use<'a>, String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        _ => return Err(format!("{what} of the pod is no list")),
    };
    if list.iter().any(|item| !item.is_object()) {
        return Err(format!("{what} of the pod has an entry that is no object"));
    }
    Ok(list.iter().filter_map(Value::as_object))
}

/// The fields of an object, without those that are null.
fn fields<'a>(
    what: &str,
    value: &'a Value,
) -> Result<impl Iterator<Item = (&'a str, &'a Value)> + use<'a>, String> {
    let fields = value
        .as_object()
        .ok_or_else(|| format!("{what} of the pod is no object"))?;
    Ok(fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.as_str(), value)))
}

/// A text that must be there.
fn text(fields: &Fields, key: &str) -> Result<String, String> {
    match fields.get(key).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("a reference of the pod has no {key}")),
    }
}
