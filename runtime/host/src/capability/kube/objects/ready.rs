//! When an object is ready: what `kubectl rollout status` or a pod's readiness would say.
//!
//! The rules for Deployment, StatefulSet and DaemonSet are those of kubectl
//! (`polymorphichelpers/rollout_status.go`), for Jobs those of `status.conditions`. A kind
//! that is none of these is ready when its condition `Ready` or `Available` is true.

use super::status::{condition_is, status_condition};
use crate::bindings::kanister::kube::types::ApiResource;
use serde_json::Value;

/// Whether an object is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::capability::kube) enum Readiness {
    /// It is.
    Ready,
    /// It may become ready.
    NotYet,
    /// It will not; why.
    Never(String),
}

impl From<bool> for Readiness {
    fn from(ready: bool) -> Self {
        if ready { Self::Ready } else { Self::NotYet }
    }
}

/// Whether the object is ready.
pub(in crate::capability::kube) fn readiness(api: &ApiResource, object: &Value) -> Readiness {
    match (api.group.as_str(), api.plural.as_str()) {
        ("", "pods") => pod(object),
        ("apps" | "extensions", "deployments") => deployment(object),
        ("apps.openshift.io", "deploymentconfigs") => deployment(object),
        ("apps", "statefulsets") => stateful_set(object),
        ("apps" | "extensions", "daemonsets") => daemon_set(object),
        ("apps" | "extensions", "replicasets") | ("", "replicationcontrollers") => {
            replica_set(object)
        }
        ("batch", "jobs") => job(object),
        ("", "persistentvolumeclaims" | "persistentvolumes") => claim(object),
        _ => Readiness::from(
            condition_is(object, "Ready", "True") || condition_is(object, "Available", "True"),
        ),
    }
}

fn number(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A count in the status; controllers leave out zeros.
fn count(object: &Value, field: &str) -> i64 {
    object
        .get("status")
        .and_then(|status| status.get(field))
        .and_then(Value::as_i64)
        .unwrap_or(0)
}

fn replicas(object: &Value) -> i64 {
    number(object, "/spec/replicas").unwrap_or(1)
}

/// Whether the controller has seen the newest spec.
fn observed(object: &Value) -> bool {
    match number(object, "/metadata/generation") {
        Some(generation) => count(object, "observedGeneration") >= generation,
        None => true,
    }
}

fn pod(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        phase @ ("Succeeded" | "Failed") => Readiness::Never(format!(
            "the pod has ended ({phase}), it cannot become ready"
        )),
        _ => Readiness::from(condition_is(object, "Ready", "True")),
    }
}

fn deployment(object: &Value) -> Readiness {
    if !observed(object) {
        return Readiness::NotYet;
    }
    let progressing = status_condition(object, "Progressing");
    if progressing.is_some_and(|it| text(it, "/reason") == "ProgressDeadlineExceeded") {
        return Readiness::Never("the rollout exceeded its progress deadline".to_owned());
    }
    let updated = count(object, "updatedReplicas");
    Readiness::from(
        updated >= replicas(object)
            && count(object, "replicas") <= updated
            && count(object, "availableReplicas") >= updated,
    )
}

fn stateful_set(object: &Value) -> Readiness {
    let wanted = replicas(object);
    if !observed(object) || count(object, "readyReplicas") < wanted {
        return Readiness::NotYet;
    }
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        // Nobody rolls out here; that as many are ready as are wanted is all there is.
        return Readiness::Ready;
    }
    if let Some(partition) = number(object, "/spec/updateStrategy/rollingUpdate/partition")
        && partition > 0
    {
        return Readiness::from(count(object, "updatedReplicas") >= wanted - partition);
    }
    Readiness::from(
        text(object, "/status/updateRevision") == text(object, "/status/currentRevision"),
    )
}

fn daemon_set(object: &Value) -> Readiness {
    let wanted = count(object, "desiredNumberScheduled");
    Readiness::from(
        observed(object)
            && count(object, "updatedNumberScheduled") >= wanted
            && count(object, "numberAvailable") >= wanted,
    )
}

fn replica_set(object: &Value) -> Readiness {
    let wanted = replicas(object);
    Readiness::from(
        observed(object)
            && count(object, "replicas") == wanted
            && count(object, "availableReplicas") >= wanted,
    )
}

fn job(object: &Value) -> Readiness {
    if condition_is(object, "Failed", "True") {
        let why = status_condition(object, "Failed").map_or("", |it| text(it, "/message"));
        return Readiness::Never(format!("the job failed: {why}"));
    }
    Readiness::from(condition_is(object, "Complete", "True"))
}

fn claim(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        "Lost" | "Failed" => Readiness::Never("the volume is lost".to_owned()),
        phase => Readiness::from(matches!(phase, "Bound" | "Available")),
    }
}

#[cfg(test)]
mod tests;
