//! Why a cluster does not start.

use crate::status::Status;
use crate::store::StoreError;

/// Why a cluster does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A socket, port or file.
    #[error("cannot {action} {place}: {source}; choose another one or check its permissions")]
    Listen {
        /// What was tried.
        action: &'static str,
        /// The socket, address or file.
        place: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificate of the TLS port.
    #[error(
        "cannot make a certificate for the API: {0}; remove credentials.json from the state directory to get new ones"
    )]
    Certificate(String),
    /// Pods cannot be run as asked for.
    #[error("pods cannot be run: {0}")]
    Pods(String),
    /// An object that every cluster has.
    #[error("cannot make the first objects of the cluster: {0}")]
    Bootstrap(#[from] Status),
}
