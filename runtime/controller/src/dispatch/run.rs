//! Starting one run.

use crate::key::Key;
use crate::seat::{About, ApiStore, Blueprints, EventQueue, RunEvents, StatusWrites};
use crate::telemetry::{CountedAudit, Metrics, RunObserver};
use kanister_api::ActionSet;
use kanister_engine::{ClusterClients, Engine, RunEnd, RunError, RunHandle, Seat};
use kanister_host::capability::kube::Cluster;
use std::sync::Arc;

/// What all runs share.
pub(crate) struct Runner {
    pub(crate) engine: Engine,
    pub(crate) cluster: Cluster,
    pub(crate) events: EventQueue,
    pub(crate) blueprints: Blueprints,
    pub(crate) metrics: Metrics,
    pub(crate) writes: StatusWrites,
}

impl Runner {
    /// A run of an ActionSet, and how it is told to stop.
    pub(super) fn start(
        &self,
        key: &Key,
        uid: &str,
        seen: Option<ActionSet>,
    ) -> (
        RunHandle,
        impl Future<Output = Result<RunEnd, RunError>> + Send + use<>,
    ) {
        let Self {
            engine,
            cluster,
            events,
            blueprints,
            metrics,
            writes,
        } = self;
        let store = ApiStore::new(
            &cluster.host,
            &cluster.controller_namespace,
            key,
            uid,
            seen,
            blueprints.clone(),
            *writes,
        );
        let seat = Seat {
            store: Arc::new(store),
            events: Arc::new(RunEvents {
                queue: events.clone(),
                about: About {
                    kind: "ActionSet",
                    namespace: key.namespace.clone(),
                    name: key.name.clone(),
                    uid: Some(uid.to_owned()),
                },
            }),
            clients: Arc::new(ClusterClients::new(cluster.clone())),
            observer: Arc::new(RunObserver {
                metrics: metrics.clone(),
                action_set: key.to_string(),
                run: uid.to_owned(),
            }),
            audit: Arc::new(CountedAudit(metrics.clone())),
        };
        let (handle, control) = RunHandle::new();
        let engine = engine.clone();
        (handle, async move { engine.run(seat, control).await })
    }
}
