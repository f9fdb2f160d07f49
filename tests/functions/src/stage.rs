//! A cluster and a host with built-in functions.

use crate::objects::Pods;
use anyhow::Context as _;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kanister_api::function::GrantFile;
use kanister_devcluster::{Pods as PodSetup, Setup, Supervisor};
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kanister_host::host::{Host, HostOptions};
use kube::Api;
use kube::api::PostParams;
use serde_json::json;
use std::time::Duration;

/// The namespace of applications.
pub const NAMESPACE: &str = "case";

/// The namespace of the controller.
pub const CONTROLLER: &str = "kanister";

/// An image with a shell: this machine's programs.
pub const IMAGE: &str = "host";

/// A cluster and a host.
pub struct Stage {
    /// The embedded cluster.
    pub devcluster: kanister_devcluster::Cluster,
    /// Its client.
    pub client: kube::Client,
    /// The cluster as the host knows it.
    pub cluster: Cluster,
    /// The host.
    pub host: Host,
    /// What ships with the binary.
    pub grants: GrantFile,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// A stage for the functions of these plugins, whose pods are started through the program
    /// `supervisor` (`CARGO_BIN_EXE_pod-supervisor`).
    ///
    /// # Errors
    /// What is missing for it.
    pub async fn new(supervisor: &str, plugins: &[&str]) -> anyhow::Result<Self> {
        Self::with_defaults(supervisor, plugins, PodDefaults::default()).await
    }

    /// A stage whose operator wants these defaults of helper pods.
    ///
    /// # Errors
    /// What is missing for it.
    pub async fn with_defaults(
        supervisor: &str,
        plugins: &[&str],
        defaults: PodDefaults,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let setup = Setup {
            state: Some(folder.path().join("state")),
            pods: Some(PodSetup {
                supervisor: Supervisor {
                    program: supervisor.into(),
                    arguments: Vec::new(),
                },
                images: None,
                unconfined: false,
                no_namespaces: false,
                host_paths: Vec::new(),
                user: "nobody".into(),
            }),
            ..Setup::default()
        };
        let devcluster = kanister_devcluster::Cluster::start(setup).await?;
        let client = devcluster.client();
        for name in [NAMESPACE, CONTROLLER] {
            namespace(&client, name).await?;
        }
        let host = Host::start(&HostOptions::default())?;
        for plugin in plugins {
            host.install(plugin, test_guests::plugin(plugin)?).await?;
        }
        let file = test_guests::root().join("runtime/cli/grants.yaml");
        let text = std::fs::read_to_string(&file).context("the grants of the binary")?;
        Ok(Self {
            cluster: Cluster::new(client.clone(), CONTROLLER, defaults),
            client,
            host,
            grants: GrantFile::from_yaml("grants.yaml", &text)?,
            devcluster,
            _folder: folder,
        })
    }

    /// The pods that are made in a namespace from now on.
    ///
    /// # Errors
    /// The cluster's.
    pub async fn pods(&self, namespace: &str) -> anyhow::Result<Pods> {
        Pods::of(&self.client, namespace).await
    }

    /// Ends the cluster and its pods.
    pub async fn end(self) {
        self.cluster.sweeper.idle().await;
        self.devcluster.shutdown().await;
    }
}

/// Makes a namespace and waits for what pods in it need.
async fn namespace(client: &kube::Client, name: &str) -> anyhow::Result<()> {
    let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": name}}))?;
    let all: Api<Namespace> = Api::all(client.clone());
    all.create(&PostParams::default(), &namespace).await?;
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), name);
    while accounts.get_opt("default").await?.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
