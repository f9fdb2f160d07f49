//! Reading what an action refers to.

use crate::control::RunControl;
use crate::patience::patiently;
use crate::seat::{Clients, ObjectKey, ReadError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Why an action has no parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParamsError {
    /// What is referred to is not there, in the API server's words.
    #[error("{0}")]
    NotFound(String),
    /// What is there does not fit.
    #[error("{0}")]
    Unfit(String),
    /// The API server.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Reads with patience: an API server that restarts is waited for.
#[derive(Clone)]
pub(crate) struct Reader {
    clients: Arc<dyn Clients>,
    control: RunControl,
    patience: Duration,
    /// Whether a cancelled run is no reason to give up, as for a deferPhase.
    deferred: bool,
}

impl Reader {
    pub(crate) fn new(clients: Arc<dyn Clients>, control: RunControl, patience: Duration) -> Self {
        Self {
            clients,
            control,
            patience,
            deferred: false,
        }
    }

    /// A reader that a cancelled run does not stop.
    pub(crate) fn deferred(&self) -> Self {
        Self {
            deferred: true,
            ..self.clone()
        }
    }

    /// An object; an error if it is not there.
    pub(crate) async fn get(&self, key: &ObjectKey) -> Result<Value, ParamsError> {
        let found = self.patiently(|| self.clients.get(key)).await?;
        found.ok_or_else(|| ParamsError::NotFound(key.not_found()))
    }

    /// An object as a type.
    pub(crate) async fn typed<T: DeserializeOwned>(
        &self,
        key: &ObjectKey,
    ) -> Result<T, ParamsError> {
        typed(key, self.get(key).await?)
    }

    /// All objects of a resource in a namespace.
    pub(crate) async fn list(&self, key: &ObjectKey) -> Result<Vec<Value>, ParamsError> {
        Ok(self.patiently(|| self.clients.list(key)).await?)
    }

    async fn patiently<T, F>(&self, ask: impl Fn() -> F) -> Result<T, ReadError>
    where
        F: Future<Output = Result<T, ReadError>>,
    {
        let stopped = async {
            if self.deferred {
                self.control.stop().await;
            } else {
                self.control.cancellation().await;
            }
        };
        patiently(self.patience, stopped, ask).await
    }
}

/// An object of the API as a type. The error shows no value: it may be one of a Secret.
pub(super) fn typed<T: DeserializeOwned>(key: &ObjectKey, value: Value) -> Result<T, ParamsError> {
    serde_json::from_value(value).map_err(|_| {
        ParamsError::Unfit(format!(
            "{} {:?} is not what its API says it is",
            key.plural, key.name
        ))
    })
}
