//! A pod in the embedded cluster, for commands whose output is stored.

use ::kube::Api;
use ::kube::api::{PostParams, WatchEvent, WatchParams};
use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::Pod;
use kanister_devcluster::{Cluster, Pods, SUPERVISE, Setup, Supervisor};
use kanister_host::capability::kube::{self, PodDefaults};
use serde_json::json;
use std::path::PathBuf;

/// The name of the pod.
pub const POD: &str = "shell";

/// An embedded cluster with a pod that has the programs of this machine.
pub struct Machine {
    cluster: Cluster,
}

impl Machine {
    /// Starts it; `supervisor` is a program that calls [`kanister_devcluster::supervise`] when its
    /// first argument is [`SUPERVISE`].
    ///
    /// # Errors
    /// The cluster or the pod does not start.
    pub async fn start(supervisor: PathBuf) -> anyhow::Result<Self> {
        let pods = Pods {
            supervisor: Supervisor {
                program: supervisor,
                arguments: vec![SUPERVISE.into()],
            },
            images: None,
            // Only this crate's own commands run there.
            unconfined: true,
            no_namespaces: true,
            host_paths: Vec::new(),
            user: "nobody".into(),
        };
        let setup = Setup {
            pods: Some(pods),
            ..Setup::default()
        };
        let machine = Self {
            cluster: Cluster::start(setup).await?,
        };
        machine.pod().await?;
        Ok(machine)
    }

    async fn pod(&self) -> anyhow::Result<()> {
        let client = self.cluster.client();
        let namespace = serde_json::from_value(json!({"metadata": {"name": "shop"}}))?;
        Api::<k8s_openapi::api::core::v1::Namespace>::all(client.clone())
            .create(&PostParams::default(), &namespace)
            .await?;
        let pods: Api<Pod> = Api::namespaced(client, "shop");
        let pod = serde_json::from_value(json!({
            "metadata": {"name": POD},
            "spec": {
                "containers": [{"name": "main", "image": "host", "command": ["sleep", "3600"]}],
                "terminationGracePeriodSeconds": 0,
            },
        }))?;
        pods.create(&PostParams::default(), &pod).await?;
        let named = WatchParams::default().fields(&format!("metadata.name={POD}"));
        let mut changes = pods.watch(&named, "0").await?.boxed();
        while let Some(change) = changes.try_next().await? {
            if let WatchEvent::Added(pod) | WatchEvent::Modified(pod) = change {
                let status = pod.status.unwrap_or_default();
                let started = status.container_statuses.unwrap_or_default();
                if started.iter().any(|container| container.ready) {
                    return Ok(());
                }
            }
        }
        None.context("the pod did not become ready")
    }

    /// The cluster as the host knows it.
    #[must_use]
    pub fn host(&self) -> kube::Cluster {
        kube::Cluster::new(self.cluster.client(), "kanister", PodDefaults::default())
    }

    /// Ends the pod and the cluster.
    pub async fn stop(self) {
        self.cluster.shutdown().await;
    }
}
