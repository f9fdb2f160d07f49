//! Why a controller cannot run.

use std::net::SocketAddr;

/// Why a controller cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ControllerError {
    /// No connection can be made from the configuration.
    #[error("no connection to the cluster can be made: {0}")]
    Connect(#[source] kube::Error),
    /// Metrics and health cannot be served.
    #[error("cannot listen on {address} for metrics and health: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A custom resource definition is missing and cannot be made.
    #[error(
        "the definition {name} cannot be installed: {why}; let somebody who may apply what \
         `kanister crds` prints, and set CREATEORUPDATE_CRDS=false"
    )]
    Definition {
        /// Its name.
        name: String,
        /// Why not.
        why: String,
    },
    /// A resource cannot be watched.
    #[error(
        "{what} of the namespace {namespace} cannot be watched: {why}; the Role needs list and watch"
    )]
    Watch {
        /// The resource.
        what: &'static str,
        /// The namespace.
        namespace: String,
        /// Why not.
        why: String,
    },
    /// The lease cannot be read or written.
    #[error(
        "the Lease {namespace}/{name} cannot be used: {why}; the Role needs get, create and update \
         of leases in coordination.k8s.io"
    )]
    Lease {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why not.
        why: String,
    },
}

/// What the API server says in its own words, where it spoke.
pub(crate) fn said(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}
