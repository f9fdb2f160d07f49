//! `scale`: the replicas of anything that has a `scale` subresource.

use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::kube::objects::{Follow, Readiness, readiness, until};
use crate::capability::kube::path::{Path, pod};
use crate::capability::kube::scope::{self, Scope};
use crate::capability::kube::transport::{self, LARGEST_OBJECT};
use crate::capability::kube::{KubeClients, KubeError};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of a list of a workload's pods.
const LARGEST_LIST: usize = 32 << 20;

/// Sets the replicas; answers with the count found before.
///
/// With `wait`, blocks until the workload's controller reports the new count as ready and
/// the pods that it gave up are gone: whoever scales to zero wants their volumes. Those
/// pods are looked at over the host's connection, and nothing of them reaches the guest.
pub(super) async fn scale(
    clients: &KubeClients,
    scope: &Scope,
    target: &ObjectRef,
    replicas: u32,
    wait: bool,
    timeout: Duration,
) -> Result<u32, KubeError> {
    let deadline = scope::deadline(timeout);
    let path = Path::part(target, Some("scale"))?;
    let client = &clients.gated;
    let found = transport::send(client, transport::get(&path)?, LARGEST_OBJECT).await?;
    let before = replicas_of(&found);
    let body = json!({"spec": {"replicas": replicas}});
    let body = (
        "application/merge-patch+json",
        body.to_string().into_bytes(),
    );
    let path = path.query("fieldManager", &clients.function);
    let request = transport::request(Method::PATCH, &path, Some(body))?;
    let scaled = transport::send(client, request, LARGEST_OBJECT).await?;
    if wait {
        let left = || deadline.saturating_duration_since(Instant::now());
        settled(client, scope, target, replicas, left()).await?;
        if let (Some(selector), Some(namespace)) = (
            scaled.pointer("/status/selector").and_then(Value::as_str),
            &target.namespace,
        ) && !selector.is_empty()
        {
            let host = &clients.cluster.host;
            let leaving = scope
                .run_within(left(), leaving(host, namespace, selector))
                .await?;
            for (name, uid) in leaving {
                gone(host, scope, (namespace, &name, &uid), left()).await?;
            }
        }
    }
    Ok(before)
}

fn replicas_of(scale: &Value) -> u32 {
    scale
        .pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(0)
}

/// Waits until the workload is ready at the count. If somebody sets another one meanwhile,
/// that is an error and not a reason to wait for ever.
async fn settled(
    client: &kube::Client,
    scope: &Scope,
    target: &ObjectRef,
    replicas: u32,
    timeout: Duration,
) -> Result<(), KubeError> {
    let mut follow = Follow::new(client.clone(), target)?;
    until(scope, &mut follow, timeout, |object| {
        let Some(object) = object else {
            return Err(KubeError::NotFound(format!("{} was deleted", target.name)));
        };
        let wanted = object.pointer("/spec/replicas").and_then(Value::as_u64);
        if let Some(wanted) = wanted
            && wanted != u64::from(replicas)
        {
            return Err(KubeError::Conflict(format!(
                "{} was scaled to {wanted} by somebody else",
                target.name
            )));
        }
        let count = object.pointer("/status/replicas").and_then(Value::as_u64);
        let counted = count.unwrap_or(0) == u64::from(replicas);
        match readiness(&target.api, &object) {
            Readiness::Ready => Ok(counted.then_some(())),
            // A kind that has no notion of readiness but counts its replicas.
            Readiness::NotYet if is_silent(&object) => Ok(counted.then_some(())),
            Readiness::NotYet => Ok(None),
            Readiness::Never(why) => Err(KubeError::Other(why)),
        }
    })
    .await
}

/// Whether an object says nothing about readiness at all.
fn is_silent(object: &Value) -> bool {
    let status = object.get("status").and_then(Value::as_object);
    status.is_none_or(|status| {
        ![
            "conditions",
            "readyReplicas",
            "availableReplicas",
            "observedGeneration",
        ]
        .iter()
        .any(|field| status.contains_key(*field))
    })
}

/// Names and uids of pods that are on their way out.
async fn leaving(
    client: &kube::Client,
    namespace: &str,
    selector: &str,
) -> Result<Vec<(String, String)>, KubeError> {
    let path = Path::collection(&pod(namespace, "").api, Some(namespace))?
        .query("labelSelector", selector);
    let list = transport::send(client, transport::get(&path)?, LARGEST_LIST).await?;
    let pods = list.get("items").and_then(Value::as_array);
    let text = |pod: &Value, pointer: &str| {
        let text = pod.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    Ok(pods
        .into_iter()
        .flatten()
        .filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_some())
        .map(|pod| (text(pod, "/metadata/name"), text(pod, "/metadata/uid")))
        .collect())
}

async fn gone(
    client: &kube::Client,
    scope: &Scope,
    (namespace, name, uid): (&str, &str, &str),
    timeout: Duration,
) -> Result<(), KubeError> {
    let mut follow = Follow::new(client.clone(), &pod(namespace, name))?;
    until(scope, &mut follow, timeout, |object| {
        let still =
            object.is_some_and(|it| it.pointer("/metadata/uid").is_some_and(|it| it == uid));
        Ok((!still).then_some(()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_without_any_readiness_is_silent() {
        assert!(is_silent(&json!({"status": {"replicas": 2}})));
        assert!(is_silent(&json!({})));
        assert!(!is_silent(&json!({"status": {"readyReplicas": 1}})));
    }

    #[test]
    fn the_count_before() {
        assert_eq!(replicas_of(&json!({"spec": {"replicas": 3}})), 3);
        // Zero is left out.
        assert_eq!(replicas_of(&json!({"spec": {}})), 0);
    }
}
