//! What is in the cluster besides the ActionSets of a measurement.

use anyhow::Context as _;
use http::Request;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Where everything happens.
pub const NAMESPACE: &str = "bench";

/// Where the raw writer writes: no controller looks there.
pub const RAW: &str = "bench-raw";

/// The ActionSets of a namespace.
pub fn action_sets(namespace: &str) -> String {
    format!("/apis/cr.kanister.io/v1alpha1/namespaces/{namespace}/actionsets")
}

/// The events of a namespace.
pub fn events(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/events")
}

/// The namespaces and the definitions.
///
/// # Errors
/// If the API server refuses something.
pub async fn prepare(client: &kube::Client) -> anyhow::Result<()> {
    for name in [NAMESPACE, RAW] {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        create(client, "/api/v1/namespaces", &namespace).await?;
    }
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    for definition in kanister_api::crd::definitions() {
        create(client, path, &serde_json::to_value(definition)?).await?;
    }
    let until = Instant::now() + Duration::from_secs(30);
    let path = action_sets(NAMESPACE);
    while count(client, &path).await.is_err() {
        anyhow::ensure!(Instant::now() < until, "ActionSets are not served");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The Blueprint whose only phase waits for what is there.
///
/// # Errors
/// If the API server refuses it.
pub async fn blueprint(client: &kube::Client) -> anyhow::Result<()> {
    let condition = json!({
        "condition": "{{ eq .status.phase \"Active\" }}",
        "objectReference": {"apiVersion": "v1", "resource": "namespaces", "name": NAMESPACE},
    });
    let args = json!({"timeout": "30s", "conditions": {"allOf": [condition]}});
    let phase = json!({"func": "WaitV2", "name": "wait", "args": args});
    let blueprint = json!({
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "Blueprint",
        "metadata": {"name": "noop", "namespace": NAMESPACE},
        "actions": {"act": {"phases": [phase]}},
    });
    let path = format!("/apis/cr.kanister.io/v1alpha1/namespaces/{NAMESPACE}/blueprints");
    create(client, &path, &blueprint).await
}

/// An ActionSet of that Blueprint.
pub fn action_set(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "ActionSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"actions": [{
            "name": "act",
            "blueprint": "noop",
            "object": {"kind": "Namespace", "name": NAMESPACE, "namespace": NAMESPACE},
        }]},
    })
}

/// How many objects a list has.
///
/// # Errors
/// If they cannot be listed.
pub async fn count(client: &kube::Client, path: &str) -> anyhow::Result<u64> {
    let path = format!("{path}?limit=1");
    let list: Value = client.request(Request::get(path).body(Vec::new())?).await?;
    let items = list.get("items").and_then(Value::as_array);
    let first = items.map_or(0, |items| items.len() as u64);
    let rest = list.pointer("/metadata/remainingItemCount");
    Ok(first + rest.and_then(Value::as_u64).unwrap_or(0))
}

async fn create(client: &kube::Client, path: &str, object: &Value) -> anyhow::Result<()> {
    match send(client, Request::post(path), object).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot create in {path}")),
    }
}

/// Sends an object.
///
/// # Errors
/// What the API server answers.
pub async fn send(
    client: &kube::Client,
    request: http::request::Builder,
    object: &Value,
) -> Result<Value, kube::Error> {
    let body = serde_json::to_vec(object).map_err(kube::Error::SerdeError)?;
    let request = request.header("content-type", "application/json");
    let request = request.body(body).map_err(kube::Error::HttpError)?;
    client.request(request).await
}
