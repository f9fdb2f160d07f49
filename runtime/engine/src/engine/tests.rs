//! How runs begin, where a Blueprint is remembered otherwise than it is.

use super::{Engine, RunEnd};
use crate::control::RunHandle;
use crate::seat::{Clients, ObjectKey, ReadError, Seat, Unobserved};
use crate::settings::Settings;
use crate::testing::{MemoryStore, Told, options};
use async_trait::async_trait;
use kanister_api::Blueprint;
use kanister_api::function::GrantFile;
use kanister_host::authority::TracingAudit;
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kanister_host::host::{Host, HostOptions};
use serde_json::{Value, json};
use std::sync::Arc;

/// A cluster that has every object and nobody calls.
struct Everything;

#[async_trait]
impl Clients for Everything {
    async fn cluster(&self) -> Result<Cluster, ReadError> {
        let nowhere = kube::Config::new("http://127.0.0.1:9".parse().unwrap());
        let client = kube::Client::try_from(nowhere).unwrap();
        Ok(Cluster::new(client, "kanister", PodDefaults::default()))
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ReadError> {
        Ok(Some(json!({"metadata": {"name": key.name}})))
    }

    async fn list(&self, _: &ObjectKey) -> Result<Vec<Value>, ReadError> {
        Ok(Vec::new())
    }
}

fn blueprint(phase: &str) -> Option<Blueprint> {
    let phases = json!([{"name": phase, "func": "NotInstalled"}]);
    let blueprint = json!({"metadata": {"name": "b"}, "actions": {"act": {"phases": phases}}});
    Some(serde_json::from_value(blueprint).unwrap())
}

/// Runs an ActionSet of that Blueprint; no function is installed.
async fn run(
    remembered: Option<Blueprint>,
    blueprint: Option<Blueprint>,
) -> (RunEnd, Vec<String>, Vec<String>) {
    let mut store = MemoryStore::new(json!({
        "metadata": {"name": "s"},
        "spec": {"actions": [{
            "name": "act",
            "blueprint": "b",
            "object": {"kind": "Namespace", "name": "n", "namespace": "n"},
        }]},
    }));
    store.blueprint = blueprint;
    store.remembered = remembered;
    let store = Arc::new(store);
    let told = Arc::new(Told::default());
    let host = Host::start(&HostOptions::default()).unwrap();
    let grants = Arc::new(GrantFile::default());
    let engine = Engine::new(Arc::new(host), grants, Settings::new("me", options()));
    let seat = Seat {
        store: store.clone(),
        events: told.clone(),
        clients: Arc::new(Everything),
        observer: Arc::new(Unobserved),
        audit: Arc::new(TracingAudit),
    };
    let (_handle, control) = RunHandle::new();
    let end = engine.run(seat, control).await.unwrap();
    (end, store.written(), told.reasons())
}

#[tokio::test]
async fn a_blueprint_is_run_as_it_is_and_not_as_it_was() {
    let (end, written, _) = run(blueprint("old"), blueprint("new")).await;
    assert!(matches!(end, RunEnd::Failed(_)), "{end:?}");
    assert_eq!(
        written,
        [
            "pending old=pending",
            "pending new=pending",
            "running new=pending",
            "failed new=failed",
        ]
    );
}

#[tokio::test]
async fn what_is_remembered_rightly_or_not_at_all_makes_no_difference() {
    let expected = ["pending p=pending", "running p=pending", "failed p=failed"];
    for remembered in [blueprint("p"), None] {
        let (_, written, told) = run(remembered, blueprint("p")).await;
        assert_eq!(written, expected);
        assert_eq!(told, ["Started Action", "ActionSetFailed Action: act"]);
    }
}

#[tokio::test]
async fn a_blueprint_that_is_gone_is_not_run() {
    for remembered in [blueprint("old"), None] {
        let pending = usize::from(remembered.is_some());
        let (end, written, told) = run(remembered, None).await;
        assert!(
            matches!(&end, RunEnd::Failed(why) if why.contains("not found")),
            "{end:?}"
        );
        assert_eq!(written[pending..], ["failed"]);
        assert_eq!(told, ["Error"]);
    }
}
