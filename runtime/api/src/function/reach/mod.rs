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

use super::pattern::ImageReference;

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

/// What a pod reaches beyond itself, which a [`WorkloadRule`](super::WorkloadRule) has to allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodReach {
    /// Images of all its containers.
    pub images: BTreeSet<ImageReference>,
    /// The service account that it names.
    pub service_account: Option<String>,
    /// PersistentVolumeClaims that it mounts.
    pub claims: BTreeSet<String>,
    /// Secrets that it refers to.
    pub secrets: BTreeSet<String>,
    /// Keys of its PodSpec beyond the plain ones that every helper pod has.
    pub override_keys: BTreeSet<String>,
    /// What reaches beyond it otherwise: `hostPath`, `privileged`, `capability:NET_ADMIN`, ….
    pub features: BTreeSet<String>,
}

/// A whole PodSpec, or a part that is merged over one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Override,
}

impl PodReach {
    /// What a pod reaches.
    ///
    /// # Errors
    /// Why it is no pod that can be judged.
    pub fn of(pod: &Value) -> Result<Self, String> {
        let spec = pod
            .get("spec")
            .and_then(Value::as_object)
            .ok_or("the pod has no spec")?;
        let mut reach = Self::default();
        reach.read(spec, Part::Whole)?;
        if reach.images.is_empty() {
            return Err("the pod has no container".to_owned());
        }
        annotations(pod, &mut reach);
        Ok(reach)
    }

    /// What a pod may reach in addition once this partial PodSpec is merged over its own.
    ///
    /// # Errors
    /// Why it is no part of a PodSpec that can be judged.
    pub fn of_override(spec: &Value) -> Result<Self, String> {
        let mut reach = Self::default();
        match without_directives(spec) {
            Value::Object(spec) => reach.read(&spec, Part::Override)?,
            Value::Null => {}
            _ => return Err("the pod override is no map".to_owned()),
        }
        Ok(reach)
    }

    fn read(&mut self, spec: &Fields, part: Part) -> Result<(), String> {
        for (key, value) in spec {
            match key.as_str() {
                _ if value.is_null() => {}
                "containers" | "initContainers" | "ephemeralContainers" => {
                    for container in objects(key, value)? {
                        container::read(container, part, self)?;
                    }
                }
                "volumes" => {
                    for volume in objects(key, value)? {
                        volume::read(volume, self)?;
                    }
                }
                "imagePullSecrets" => {
                    for secret in objects(key, value)? {
                        self.secrets.insert(text(secret, "name")?);
                    }
                }
                "securityContext" => security::read(key, value, self)?,
                // The second is an old name of the first; a pod that has both must mean the same.
                "serviceAccountName" | "serviceAccount" => {
                    let name = value
                        .as_str()
                        .ok_or_else(|| format!("{key} of the pod is no text"))?;
                    match &self.service_account {
                        _ if name.is_empty() => {}
                        Some(other) if other != name => {
                            return Err("the pod names two service accounts".to_owned());
                        }
                        _ => self.service_account = Some(name.to_owned()),
                    }
                }
                key if HOST.contains(&key) => {
                    if *value != Value::Bool(false) {
                        self.features.insert(key.to_owned());
                    }
                }
                key if PLAIN.contains(&key) => {}
                key => {
                    self.override_keys.insert(key.to_owned());
                }
            }
        }
        Ok(())
    }
}

/// An override without what only says how it is merged.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(key, _)| !key.starts_with('$'))
                .map(|(key, value)| (key.clone(), without_directives(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_directives).collect()),
        other => other.clone(),
    }
}

/// Annotations by which earlier versions of Kubernetes take a container's confinement away.
fn annotations(pod: &Value, reach: &mut PodReach) {
    let annotations = pod.get("metadata").and_then(|it| it.get("annotations"));
    for (key, value) in annotations.and_then(Value::as_object).into_iter().flatten() {
        let harmless = matches!(value.as_str(), Some("runtime/default" | "docker/default"));
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !harmless {
            reach.features.insert("appArmorProfile".to_owned());
        }
        if key.contains("seccomp.security.alpha.kubernetes.io/") && !harmless {
            reach.features.insert("seccompProfile".to_owned());
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_override_needs_no_images_and_its_directives_reach_nothing() {
        let reach = PodReach::of_override(&json!({
            "$retainKeys": ["containers"],
            "nodeSelector": {"disk": "ssd"},
            "serviceAccountName": "backup",
            "containers": [
                {"$patch": "delete", "name": "old"},
                {"name": "container", "envFrom": [{"secretRef": {"name": "db"}}]},
                {"name": "sidecar", "image": "busybox"},
            ],
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}],
        }))
        .unwrap();
        let set = |name: &str| BTreeSet::from([name.to_owned()]);
        assert_eq!(
            reach,
            PodReach {
                images: BTreeSet::from(["busybox".parse().unwrap()]),
                service_account: Some("backup".to_owned()),
                claims: set("data"),
                secrets: set("db"),
                override_keys: set("nodeSelector"),
                features: BTreeSet::new(),
            }
        );
        assert_eq!(PodReach::of_override(&json!({})), Ok(PodReach::default()));
        assert!(PodReach::of_override(&json!([])).is_err());
    }
}
