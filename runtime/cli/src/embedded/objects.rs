//! Objects of manifests in a cluster.

use anyhow::{Context, bail};
use k8s_openapi::api::core::v1::{Namespace, Pod, ServiceAccount};
use kanister_api::document::Document;
use kube::api::{DynamicObject, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Scope, pinned_kind};
use kube::{Api, Client};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// The owner of the fields that are applied.
const MANAGER: &str = "kanister-run";

/// Between two looks at what is not ready yet.
const PAUSE: Duration = Duration::from_millis(50);

/// Makes a namespace if it is not there, and waits for what pods in it need.
///
/// # Errors
/// The cluster's.
pub async fn ensure_namespace(client: &Client, name: &str) -> anyhow::Result<()> {
    let all: Api<Namespace> = Api::all(client.clone());
    if all.get_opt(name).await?.is_none() {
        let namespace = serde_json::from_value(json!({"metadata": {"name": name}}))?;
        match all.create(&PostParams::default(), &namespace).await {
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            other => {
                other.with_context(|| format!("the namespace {name} cannot be made"))?;
            }
        }
    }
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), name);
    let until = Instant::now() + Duration::from_secs(10);
    while accounts.get_opt("default").await?.is_none() && Instant::now() < until {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Applies objects; those without a namespace go into `namespace`.
///
/// # Errors
/// The first object that cannot be applied.
pub async fn apply(
    client: &Client,
    documents: &[Document],
    namespace: &str,
) -> anyhow::Result<Vec<DynamicObject>> {
    let mut applied = Vec::new();
    for document in documents {
        let (kind, version) = (document.kind(), document.api_version());
        let name = document.name().unwrap_or_default();
        let what = format!("{kind} {name}");
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let kind = GroupVersionKind::gvk(group, version, kind);
        let (resource, capabilities) = pinned_kind(client, &kind)
            .await
            .with_context(|| format!("{what}: the cluster does not know this kind"))?;
        let mut object: DynamicObject = document.decode()?;
        let api: Api<DynamicObject> = if capabilities.scope == Scope::Namespaced {
            let own = object.metadata.namespace.clone();
            let namespace = own.unwrap_or_else(|| namespace.to_owned());
            ensure_namespace(client, &namespace).await?;
            object.metadata.namespace = Some(namespace.clone());
            Api::namespaced_with(client.clone(), &namespace, &resource)
        } else {
            Api::all_with(client.clone(), &resource)
        };
        let params = PatchParams::apply(MANAGER).force();
        let stored = api
            .patch(name, &params, &Patch::Apply(&object))
            .await
            .with_context(|| format!("{what} cannot be applied"))?;
        applied.push(stored);
    }
    Ok(applied)
}

/// Waits until Deployments and StatefulSets have all their pods ready.
///
/// # Errors
/// They have not within `patience`; the text says what their pods wait for.
pub async fn wait_until_ready(
    client: &Client,
    objects: &[DynamicObject],
    patience: Duration,
) -> anyhow::Result<()> {
    let until = Instant::now() + patience;
    for object in objects {
        let kind = object
            .types
            .as_ref()
            .map_or("", |types| types.kind.as_str());
        if !matches!(kind, "Deployment" | "StatefulSet") {
            continue;
        }
        let name = object.metadata.name.clone().unwrap_or_default();
        let namespace = object.metadata.namespace.clone().unwrap_or_default();
        let (resource, _) = pinned_kind(client, &GroupVersionKind::gvk("apps", "v1", kind)).await?;
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &resource);
        loop {
            let found = api.get(&name).await?;
            if is_ready(&found) {
                break;
            }
            if Instant::now() >= until {
                bail!(
                    "{kind} {namespace}/{name} is not ready: {}",
                    reasons(client, &namespace).await
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

fn is_ready(workload: &DynamicObject) -> bool {
    let number = |path: &str| workload.data.pointer(path).and_then(Value::as_i64);
    let wanted = number("/spec/replicas").unwrap_or(1);
    number("/status/observedGeneration") == workload.metadata.generation
        && number("/status/readyReplicas").unwrap_or(0) == wanted
        && number("/status/updatedReplicas").unwrap_or(0) == wanted
}

/// What the pods of a namespace wait for.
async fn reasons(client: &Client, namespace: &str) -> String {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let pods = match pods.list(&Default::default()).await {
        Ok(pods) => pods,
        Err(error) => return format!("its pods cannot be listed: {error}"),
    };
    let mut told = Vec::new();
    for pod in pods {
        let name = pod.metadata.name.unwrap_or_default();
        for container in pod
            .status
            .unwrap_or_default()
            .container_statuses
            .unwrap_or_default()
        {
            let state = container.state.unwrap_or_default();
            let reason = match (state.waiting, state.terminated, state.running) {
                (Some(waiting), _, _) => format!(
                    "{} {}",
                    waiting.reason.unwrap_or_default(),
                    waiting.message.unwrap_or_default()
                ),
                (_, Some(ended), _) => format!("ended with code {}", ended.exit_code),
                (_, _, Some(_)) if !container.ready => "runs and is not ready".to_owned(),
                _ => continue,
            };
            told.push(format!(
                "pod {name}, container {}: {}",
                container.name,
                reason.trim()
            ));
        }
    }
    if told.is_empty() {
        return "it has no pods that say why".to_owned();
    }
    told.join("; ")
}
