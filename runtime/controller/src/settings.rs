//! What an operator decides.

use std::net::SocketAddr;
use std::time::Duration;

/// What an operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The controller's own namespace: its lease, the notes of runs, and helper pods that name none.
    pub namespace: String,
    /// The namespaces whose ActionSets are run.
    pub watched: Vec<String>,
    /// The identity of this process, in the lease and in journals.
    pub identity: String,
    /// Runs that go on at once.
    pub concurrency: usize,
    /// How leaders are elected; none if there is only one controller.
    pub lease: Option<LeaseSettings>,
    /// Whether the definitions of the custom resources are installed or updated.
    pub install_definitions: bool,
    /// Where metrics and health are served; nowhere if there is none.
    pub listen: Option<Listen>,
    /// How long runs may take to come to a point where another process can go on, once this one is
    /// to end.
    pub patience: Duration,
}

/// How leaders are elected.
#[derive(Debug, Clone)]
pub struct LeaseSettings {
    /// The name of the Lease in the controller's namespace.
    pub name: String,
    /// How long a leader that is not heard of stays the leader.
    pub duration: Duration,
}

impl LeaseSettings {
    /// How often the leader renews it, and others look.
    pub(crate) fn renewal(&self) -> Duration {
        self.duration / 5
    }

    /// How long a leader goes on that cannot renew it: less than others wait.
    pub(crate) fn deadline(&self) -> Duration {
        self.duration * 2 / 3
    }
}

/// Where metrics and health are served.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
    /// The path that answers as long as the process lives, besides `/healthz`.
    pub liveness: String,
    /// The path that answers once this process leads or stands by, besides `/readyz`.
    pub readiness: String,
    /// Whether `/metrics` is served.
    pub metrics: bool,
    /// The version that the liveness path tells.
    pub version: String,
}
