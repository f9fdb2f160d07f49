//! What all interfaces of `kanister:kube` share on the side of the guest.
//!
//! A call's state cannot be shared between threads, so what an operation needs of it is
//! taken out before the operation begins.

use super::scope::Scope;
use super::{KubeClients, KubeError};
use crate::bindings::kanister::kube::types;
use crate::call::CallState;

impl types::Host for CallState {}

/// What a function of the contract gives back: outside, what ends the call.
pub(super) type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

/// Waits for an operation and puts its error into the contract's words.
pub(super) async fn answer<T>(
    operation: impl Future<Output = Result<T, KubeError>> + Send,
) -> Answer<T> {
    Ok(operation.await.map_err(types::Error::from))
}

impl CallState {
    /// The cluster of this call.
    pub(super) fn cluster(&self) -> Result<KubeClients, KubeError> {
        self.kube
            .clone()
            .ok_or_else(|| KubeError::Unavailable("this host has no cluster".to_owned()))
    }

    /// The same for an operation that may take long.
    pub(super) fn begin(&self) -> Result<(KubeClients, Scope), KubeError> {
        let cluster = self.cluster()?;
        let scope = cluster.scope(&self.services.cancel)?;
        Ok((cluster, scope))
    }
}
