//! What a run stands on: where it is recorded, who hears of it, and the cluster it works in.
//!
//! `kanister controller` and `kanister run` drive the same run over these traits.

mod clients;
mod cluster;
mod events;
mod observer;
mod store;

use kanister_host::authority::AuditSink;
use std::sync::Arc;

pub use clients::{Clients, ObjectKey, ReadError};
pub use cluster::ClusterClients;
pub use events::{EventKind, EventSink, RunEvent};
pub use observer::{Observer, PhaseAt, PhaseOutcome, Unobserved};
pub use store::{Notes, RunStore, StoreError};

/// What one run stands on.
#[derive(Clone)]
pub struct Seat {
    /// Where the ActionSet is recorded.
    pub store: Arc<dyn RunStore>,
    /// Where its events go.
    pub events: Arc<dyn EventSink>,
    /// The cluster.
    pub clients: Arc<dyn Clients>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Where the decisions of the gate are recorded.
    pub audit: Arc<dyn AuditSink>,
}
