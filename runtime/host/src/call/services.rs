//! What one call stands on.

use crate::authority::AuditSink;
use crate::capability::cancel::Cancel;
use crate::capability::checkpoint::{CheckpointStore, InMemory};
use crate::capability::kube::{Cluster, PodExtras};
use crate::capability::log::{LogSink, Tracing};
use crate::capability::progress::{ProgressSink, Unwatched};
use crate::capability::secrets::{NoSecrets, SecretSource};
use crate::capability::storage::Storage;
use crate::capability::template::Templates;
use crate::secret::Vault;
use std::sync::Arc;

/// The world outside, as one call sees it. The gate stands in front of all of it.
#[derive(Clone)]
pub struct Services {
    /// Where its log goes.
    pub log: Arc<dyn LogSink>,
    /// Where its progress goes.
    pub progress: Arc<dyn ProgressSink>,
    /// Where its notes are kept.
    pub checkpoint: Arc<dyn CheckpointStore>,
    /// How it learns that it is to stop.
    pub cancel: Cancel,
    /// What its tokens stand for.
    pub vault: Vault,
    /// The secrets behind its slots.
    pub secrets: Arc<dyn SecretSource>,
    /// The stores behind its slots, if this host has any.
    pub storage: Option<Arc<dyn Storage>>,
    /// The template engine, if this host has one.
    pub templates: Option<Arc<dyn Templates>>,
    /// The cluster, if this host has one.
    pub cluster: Option<Cluster>,
    /// What the ActionSet adds to helper pods.
    pub pods: PodExtras,
    /// Where decisions of the gate are recorded.
    pub audit: Arc<dyn AuditSink>,
}

impl Services {
    /// Nothing but a log: no cluster, no store, no secrets, nobody who watches or cancels.
    #[must_use]
    pub fn detached(invocation: &str) -> Self {
        Self {
            log: Arc::new(Tracing {
                invocation: invocation.to_owned(),
            }),
            progress: Arc::new(Unwatched),
            checkpoint: Arc::new(InMemory::default()),
            cancel: Cancel::never(),
            vault: Vault::new(),
            secrets: Arc::new(NoSecrets),
            storage: None,
            templates: None,
            cluster: None,
            pods: PodExtras::default(),
            audit: Arc::new(crate::authority::TracingAudit),
        }
    }
}
