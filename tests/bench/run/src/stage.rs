//! An embedded cluster, the engine, and Blueprints that do nothing.

use crate::store::InCluster;
use anyhow::{Context, bail};
use k8s_openapi::api::core::v1::Namespace;
use kanister_api::function::GrantFile;
use kanister_api::{ActionSet, Blueprint};
use kanister_devcluster::{Cluster as Devcluster, Setup};
use kanister_engine::{
    ClusterClients, Engine, EventSink, RunEnd, RunEvent, RunHandle, Seat, Settings, SystemWorld,
    Unobserved,
};
use kanister_host::authority::TracingAudit;
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kanister_host::host::{Host, HostOptions};
use kanister_template::Options;
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The namespace of ActionSets and Blueprints.
const NAMESPACE: &str = "kanister";

/// The grants that ship with the binary.
const GRANTS: &str = include_str!("../../../../runtime/cli/grants.yaml");

/// Everything that runs.
pub struct Stage {
    devcluster: Devcluster,
    cluster: Cluster,
    engine: Engine,
    writes: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

/// Nobody hears of events.
struct Silence;

impl EventSink for Silence {
    fn emit(&self, _: RunEvent) {}
}

/// A Blueprint whose phases wait for what is there.
pub fn blueprint(name: &str, phases: usize) -> Value {
    let phases: Vec<_> = (0..phases)
        .map(|number| {
            json!({"func": "WaitV2", "name": format!("wait{number}"), "args": {
                "timeout": "1m",
                "conditions": {"anyOf": [{
                    "condition": "{{ if eq .status.phase \"Active\" }}true{{ else }}false{{ end }}",
                    "objectReference": {"apiVersion": "v1", "resource": "namespaces", "name": "default"},
                }]},
            }})
        })
        .collect();
    json!({
        "apiVersion": "cr.kanister.io/v1alpha1", "kind": "Blueprint",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "actions": {"nothing": {"phases": phases}},
    })
}

/// An ActionSet of such a Blueprint.
pub fn action_set(name: &str, blueprint: &str) -> Value {
    json!({
        "apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"actions": [{
            "name": "nothing", "blueprint": blueprint,
            "object": {"kind": "Namespace", "name": "default", "namespace": "default"},
            "podLabels": {"bench": "run"}, "podAnnotations": {"bench": "run"},
        }]},
    })
}

impl Stage {
    /// Starts everything; the Blueprint `many` has so many phases, `one` has one.
    pub async fn start(components: &Path, phases: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let devcluster = Devcluster::start(Setup {
            state: Some(folder.path().join("state")),
            ..Setup::default()
        })
        .await?;
        let client = devcluster.client();
        let namespace: Namespace =
            serde_json::from_value(json!({"metadata": {"name": NAMESPACE}}))?;
        let params = PostParams::default();
        Api::all(client.clone()).create(&params, &namespace).await?;
        let blueprints: Api<Blueprint> = Api::namespaced(client.clone(), NAMESPACE);
        for (name, phases) in [("one", 1), ("many", phases)] {
            let blueprint = serde_json::from_value(blueprint(name, phases))?;
            blueprints.create(&params, &blueprint).await?;
        }
        // Compiling takes memory that a controller with a warm cache never takes: the second time that
        // the benchmark is run it finds what the first one compiled.
        let host = Host::start(&HostOptions {
            cache: Some(components.join("../bench-run-cache")),
            ..HostOptions::default()
        })?;
        let file = components.join("wait.wasm");
        let bytes = std::fs::read(&file)
            .with_context(|| format!("{}; `cargo xtask build` makes it", file.display()))?;
        host.install("wait", bytes.into()).await?;
        let grants = GrantFile::from_yaml("grants.yaml", GRANTS)?;
        let settings = Settings::new("bench", Options::new(Arc::new(SystemWorld)));
        Ok(Self {
            engine: Engine::new(Arc::new(host), Arc::new(grants), settings),
            cluster: Cluster::new(client, NAMESPACE, PodDefaults::default()),
            devcluster,
            writes: Arc::default(),
            _folder: folder,
        })
    }

    /// Creates an ActionSet and runs it to its end.
    pub async fn run(&self, blueprint: &str, name: &str) -> anyhow::Result<Duration> {
        let client = self.cluster.host.clone();
        let all: Api<ActionSet> = Api::namespaced(client.clone(), NAMESPACE);
        let set = serde_json::from_value(action_set(name, blueprint))?;
        all.create(&PostParams::default(), &set).await?;
        let store = InCluster {
            all,
            blueprints: Api::namespaced(client, NAMESPACE),
            name: name.to_owned(),
            writes: Arc::clone(&self.writes),
            notes: Default::default(),
        };
        let seat = Seat {
            store: Arc::new(store),
            events: Arc::new(Silence),
            clients: Arc::new(ClusterClients::new(self.cluster.clone())),
            observer: Arc::new(Unobserved),
            audit: Arc::new(TracingAudit),
        };
        let (_handle, control) = RunHandle::new();
        let begun = Instant::now();
        match self.engine.run(seat, control).await? {
            RunEnd::Complete => Ok(begun.elapsed()),
            other => bail!("{name}: {other:?}"),
        }
    }

    /// Writes of records until now.
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    pub async fn end(self) {
        self.devcluster.shutdown().await;
    }
}
