//! Helper pods that a process before left behind.

use k8s_openapi::api::core::v1::Pod;
use kanister_host::capability::kube::{Cluster, INVOCATION_LABEL};
use kube::api::{DeleteParams, ListParams, Preconditions};
use kube::{Api, ResourceExt};

/// Deletes the helper pods of calls that nobody goes on with. What cannot be deleted is told in the
/// log: the run itself must not depend on it.
pub(crate) async fn sweep(cluster: &Cluster, namespaces: &[String], invocations: &[String]) {
    if invocations.is_empty() {
        return;
    }
    let labels = format!("{INVOCATION_LABEL} in ({})", invocations.join(","));
    for namespace in namespaces {
        let pods: Api<Pod> = Api::namespaced(cluster.host.clone(), namespace);
        let found = match pods.list(&ListParams::default().labels(&labels)).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(namespace, %error, "helper pods of an earlier process cannot be looked for");
                continue;
            }
        };
        for pod in found {
            let name = pod.name_any();
            let params = DeleteParams {
                grace_period_seconds: Some(0),
                preconditions: Some(Preconditions {
                    uid: pod.uid(),
                    resource_version: None,
                }),
                ..DeleteParams::default()
            };
            match pods.delete(&name, &params).await {
                Ok(_) => tracing::info!(namespace, pod = name, "deleted a helper pod that was left"),
                Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {}
                Err(error) => {
                    tracing::warn!(namespace, pod = name, %error, "a helper pod is left; delete it by hand");
                }
            }
        }
    }
}
