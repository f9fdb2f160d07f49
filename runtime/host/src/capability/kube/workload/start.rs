//! Starting a helper pod, or finding the one of an earlier attempt.

use super::build::{HELPER, INVOCATION, Plan, label};
use super::helper::Helper;
use super::sweeper::OwnPod;
use crate::bindings::kanister::kube::workload::HelperRequest;
use crate::capability::kube::path::{Path, pod};
use crate::capability::kube::transport::{self, JSON, LARGEST_OBJECT};
use crate::capability::kube::{KubeClients, KubeError};
use http::Method;
use serde_json::Value;

/// Bytes of a list of pods of one invocation and key.
const LARGEST_LIST: usize = 32 << 20;

/// Starts a helper pod. A call that starts again finds the pod that it had under this key,
/// so that work under way goes on and is not done twice.
pub(super) async fn start(
    clients: &KubeClients,
    request: HelperRequest,
) -> Result<Helper, KubeError> {
    let HelperRequest {
        key,
        namespace,
        pod,
        override_,
    } = request;
    let cluster = &clients.cluster;
    let namespace = home_unless_named(clients, namespace);
    let plan = Plan {
        pod: json(&pod, "the pod")?,
        override_: override_
            .map(|text| json(&text, "the override"))
            .transpose()?,
        extras: &clients.extras,
        defaults: &cluster.defaults,
        namespace: &namespace,
        controller_namespace: &cluster.controller_namespace,
        invocation: &clients.invocation,
        key: &key,
    };
    let wanted = plan.build()?;
    if let Some(pod) = earlier(clients, &namespace, &key).await? {
        return helper(clients, &namespace, &pod, true);
    }
    let path = Path::collection(&self::pod(&namespace, "").api, Some(&namespace))?
        .query("fieldManager", &clients.function);
    let body = (JSON, wanted.to_string().into_bytes());
    let request = transport::request(Method::POST, &path, Some(body))?;
    create(clients.clone(), namespace, request).await
}

/// The helper of an earlier attempt, if it is there and stays.
pub(super) async fn resume(
    clients: &KubeClients,
    key: &str,
    namespace: Option<String>,
) -> Result<Option<Helper>, KubeError> {
    let namespace = home_unless_named(clients, namespace);
    match earlier(clients, &namespace, key).await? {
        Some(pod) => helper(clients, &namespace, &pod, true).map(Some),
        None => Ok(None),
    }
}

fn home_unless_named(clients: &KubeClients, namespace: Option<String>) -> String {
    namespace
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or_else(|| clients.cluster.controller_namespace.clone())
}

/// Creates the pod in a task of its own: once sent, the request must be heard to its end,
/// or a pod without a handle would be left behind. If nobody waits any more the handle
/// drops in that task, and the pod is deleted.
async fn create(
    clients: KubeClients,
    namespace: String,
    request: http::Request<Vec<u8>>,
) -> Result<Helper, KubeError> {
    let task = tokio::spawn(async move {
        let created = transport::send(&clients.gated, request, LARGEST_OBJECT).await?;
        helper(&clients, &namespace, &created, false)
    });
    task.await.unwrap_or_else(|_| {
        Err(KubeError::Other(
            "the creation of the pod failed".to_owned(),
        ))
    })
}

fn json(text: &str, what: &str) -> Result<Value, KubeError> {
    serde_json::from_str(text)
        .map_err(|error| KubeError::Invalid(format!("{what} is no JSON: {error}")))
}

/// The pod of an earlier attempt, if it is there and stays.
async fn earlier(
    clients: &KubeClients,
    namespace: &str,
    key: &str,
) -> Result<Option<Value>, KubeError> {
    let selector = format!(
        "{INVOCATION}={},{HELPER}={}",
        label(&clients.invocation),
        label(key)
    );
    let path = Path::collection(&pod(namespace, "").api, Some(namespace))?
        .query("labelSelector", &selector);
    let doomed = clients.cluster.sweeper.dooms();
    let request = transport::get(&path)?;
    let mut list = transport::send(&clients.cluster.host, request, LARGEST_LIST).await?;
    let Some(Value::Array(pods)) = list.get_mut("items").map(Value::take) else {
        return Ok(None);
    };
    let stays = |pod: &Value| {
        pod.pointer("/metadata/deletionTimestamp").is_none()
            && !doomed.contains(text(pod, "/metadata/uid"))
    };
    let age = |pod: &Value| text(pod, "/metadata/creationTimestamp").to_owned();
    Ok(pods.into_iter().filter(stays).min_by_key(age))
}

fn text<'a>(pod: &'a Value, pointer: &str) -> &'a str {
    pod.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn helper(
    clients: &KubeClients,
    namespace: &str,
    pod: &Value,
    resumed: bool,
) -> Result<Helper, KubeError> {
    let own = OwnPod {
        namespace: namespace.to_owned(),
        name: text(pod, "/metadata/name").to_owned(),
        uid: text(pod, "/metadata/uid").to_owned(),
    };
    if own.name.is_empty() || own.uid.is_empty() {
        return Err(KubeError::Other(
            "the API server answered with a pod that has no name".to_owned(),
        ));
    }
    let container = text(pod, "/spec/containers/0/name").to_owned();
    Ok(Helper::new(
        own,
        container,
        resumed,
        clients.cluster.defaults.ready_within,
        clients.cluster.sweeper.clone(),
    ))
}
