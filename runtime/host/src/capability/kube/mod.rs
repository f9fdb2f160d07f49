//! `kanister:kube`: the cluster, as far as a call's grant reaches.
//!
//! Two connections. `gated` passes the gate: whatever a guest asks for travels there, and
//! what the gate refuses comes back as [`KubeError::Denied`]. `host` is the host's own and
//! serves what a guest cannot steer: deleting helper pods, following the ones of this
//! call, and counting a workload's pods after `scale`.

mod discovery;
mod error;
pub mod exec;
mod guest;
mod kinds;
pub mod objects;
mod path;
mod profiles;
mod scope;
mod slots;
mod transport;
pub mod workload;

#[cfg(test)]
mod mock;

pub use discovery::Discovery;
pub use error::KubeError;
pub use profiles::ClusterProfiles;
pub use slots::SlotSecrets;
pub use workload::{INVOCATION as INVOCATION_LABEL, PodDefaults, PodExtras, Sweeper};

use crate::capability::cancel::Cancel;
use scope::{Scope, Told};

/// The cluster as the host knows it, the same for all calls.
#[derive(Clone)]
pub struct Cluster {
    /// The host's own connection.
    pub host: kube::Client,
    /// Where the controller runs.
    pub controller_namespace: String,
    /// What the operator wants of every helper pod.
    pub defaults: PodDefaults,
    /// Which resources there are.
    pub discovery: Discovery,
    /// Deletes helper pods whose handle is gone.
    pub sweeper: Sweeper,
}

impl Cluster {
    /// A cluster behind the host's connection.
    #[must_use]
    pub fn new(
        host: kube::Client,
        controller_namespace: impl Into<String>,
        defaults: PodDefaults,
    ) -> Self {
        Self {
            sweeper: Sweeper::new(host.clone()),
            host,
            controller_namespace: controller_namespace.into(),
            defaults,
            discovery: Discovery::default(),
        }
    }
}

/// The cluster as one call sees it.
#[derive(Clone)]
pub struct KubeClients {
    /// The connection that passes the gate of this call.
    pub gated: kube::Client,
    /// What all calls share.
    pub cluster: Cluster,
    /// The invocation, the same in every attempt of a phase.
    pub invocation: String,
    /// The function's name, which owns the fields it writes.
    pub function: String,
    /// What the ActionSet adds to pods.
    pub extras: PodExtras,
    told: Told,
}

impl KubeClients {
    /// The cluster for one call. Clones belong to the same call.
    #[must_use]
    pub fn new(
        cluster: Cluster,
        gated: kube::Client,
        invocation: impl Into<String>,
        function: impl Into<String>,
        extras: PodExtras,
    ) -> Self {
        Self {
            gated,
            cluster,
            invocation: invocation.into(),
            function: function.into(),
            extras,
            told: Told::default(),
        }
    }

    /// Begins an operation that may take long.
    fn scope(&self, cancel: &Cancel) -> Result<Scope, KubeError> {
        Scope::begin(cancel, &self.told)
    }
}
