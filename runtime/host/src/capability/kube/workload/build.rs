//! The pod that is created for a request.

use super::defaults::PodDefaults;
use super::extras::{PodExtras, fitted};
use super::merge::merge;
use crate::capability::kube::KubeError;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The label with the invocation that a helper belongs to.
pub const INVOCATION: &str = "run.kanister.io/invocation";
/// The label that tells the helpers of one invocation apart.
pub(super) const HELPER: &str = "run.kanister.io/helper";

/// Kubernetes completes this beginning of a name.
const GENERATED: &str = "kanister-job-";

/// A pod to build.
pub(super) struct Plan<'a> {
    /// The function's pod, with `metadata` and `spec`.
    pub(super) pod: Value,
    /// The Blueprint's override.
    pub(super) override_: Option<Value>,
    pub(super) extras: &'a PodExtras,
    pub(super) defaults: &'a PodDefaults,
    pub(super) namespace: &'a str,
    pub(super) controller_namespace: &'a str,
    pub(super) invocation: &'a str,
    pub(super) key: &'a str,
}

impl Plan<'_> {
    /// Builds it. Precedence of the spec: ActionSet's override, Blueprint's override, the
    /// operator's defaults, the function's pod. Precedence of labels and annotations: the
    /// function's (the Blueprint's), the ActionSet's.
    ///
    /// # Errors
    /// [`KubeError::Invalid`] for what is no pod.
    pub(super) fn build(self) -> Result<Value, KubeError> {
        let Self {
            pod,
            override_,
            extras,
            defaults,
            namespace,
            controller_namespace,
            invocation,
            key,
        } = self;
        let (mut metadata, spec) = parts(pod)?;
        let labels = strings(&mut metadata, "labels")?;
        let mut all = BTreeMap::from([("createdBy".to_owned(), "kanister".to_owned())]);
        all.extend(extras.labels.clone());
        all.extend(labels);
        all.insert(INVOCATION.to_owned(), label(invocation));
        all.insert(HELPER.to_owned(), label(key));
        let mut annotations = extras.annotations.clone();
        annotations.extend(strings(&mut metadata, "annotations")?);
        metadata.insert("labels".to_owned(), json!(all));
        if !annotations.is_empty() {
            metadata.insert("annotations".to_owned(), json!(annotations));
        }
        metadata.insert("namespace".to_owned(), json!(namespace));
        if !metadata.contains_key("name") && !metadata.contains_key("generateName") {
            metadata.insert("generateName".to_owned(), json!(GENERATED));
        }

        let first = first_container(&spec)?;
        let home = namespace == controller_namespace;
        let spec = with_defaults(spec, defaults, home);
        let spec = match overrides(override_, extras, &spec)? {
            Some(override_) => merge(spec, override_)?,
            None => spec,
        };
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": in_front(spec, &first),
        }))
    }
}

/// The metadata and spec of a pod, if it has nothing that is not a function's to say.
fn parts(pod: Value) -> Result<(Map<String, Value>, Value), KubeError> {
    let invalid = |why: &str| KubeError::Invalid(format!("the pod {why}"));
    let Value::Object(mut pod) = pod else {
        return Err(invalid("is no JSON object"));
    };
    let metadata = match pod.remove("metadata") {
        Some(Value::Object(metadata)) => metadata,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(invalid("has metadata that is no JSON object")),
    };
    for key in metadata.keys() {
        let known = ["name", "generateName", "labels", "annotations", "namespace"];
        if !known.contains(&key.as_str()) {
            return Err(invalid(&format!("has metadata.{key}, which the host sets")));
        }
    }
    match pod.remove("spec") {
        Some(spec @ Value::Object(_)) => Ok((metadata, spec)),
        _ => Err(invalid("has no spec")),
    }
}

/// Takes a map of texts out.
fn strings(
    metadata: &mut Map<String, Value>,
    field: &str,
) -> Result<BTreeMap<String, String>, KubeError> {
    match metadata.remove(field) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(value) => serde_json::from_value(value).map_err(|error| {
            KubeError::Invalid(format!(
                "the pod's metadata.{field} is no map of texts: {error}"
            ))
        }),
    }
}

fn first_container(spec: &Value) -> Result<String, KubeError> {
    spec.pointer("/containers/0/name")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| KubeError::Invalid("the pod has no container with a name".to_owned()))
}

fn with_defaults(mut spec: Value, defaults: &PodDefaults, home: bool) -> Value {
    let PodDefaults {
        service_account,
        secure,
        ready_within: _,
    } = defaults;
    if let Value::Object(spec) = &mut spec {
        let mut absent = |key: &str, value: Value| {
            if spec.get(key).is_none_or(|it| it.is_null() || it == "") {
                spec.insert(key.to_owned(), value);
            }
        };
        absent("restartPolicy", json!("Never"));
        if let (true, Some(account)) = (home, service_account) {
            absent("serviceAccountName", json!(account));
        }
        if *secure {
            spec.insert("automountServiceAccountToken".to_owned(), json!(false));
            spec.insert("serviceAccountName".to_owned(), json!("default"));
        }
    }
    spec
}

/// The Blueprint's override with the ActionSet's over it.
fn overrides(
    blueprint: Option<Value>,
    extras: &PodExtras,
    spec: &Value,
) -> Result<Option<Value>, KubeError> {
    let action_set = extras.override_.clone().map(|it| fitted(it, spec));
    Ok(match (blueprint, action_set) {
        (Some(blueprint), Some(action_set)) => Some(merge(blueprint, action_set)?),
        (one, other) => one.or(other),
    })
}

/// The function's first container stays first: its log is the pod's, and commands go there.
fn in_front(mut spec: Value, name: &str) -> Value {
    if let Some(Value::Array(containers)) = spec.get_mut("containers")
        && let Some(at) = containers
            .iter()
            .position(|container| container.get("name").and_then(Value::as_str) == Some(name))
        && let Some(front) = containers.get_mut(..=at)
    {
        front.rotate_right(1);
    }
    spec
}

/// A text as the value of a label: as it is if it can be one, else its hash.
pub(super) fn label(text: &str) -> String {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let fits = text.len() <= 63
        && edge(text.chars().next())
        && edge(text.chars().next_back())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fits {
        return text.to_owned();
    }
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(20).fold(String::new(), |mut hex, byte| {
        hex.push_str(&format!("{byte:02x}"));
        hex
    })
}

#[cfg(test)]
mod tests;
