//! Where one ActionSet is recorded.

use async_trait::async_trait;
use kanister_api::{ActionSet, Blueprint};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a resumed run needs besides the ActionSet: texts by name. Nothing in it is secret. A
/// controller keeps them in the ConfigMap `run-<uid>` of its own namespace.
pub type Notes = BTreeMap<String, String>;

/// Why a record was not read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the ActionSet since it was read.
    #[error("the ActionSet was changed by somebody else")]
    Conflict,
    /// The ActionSet is not there any more.
    #[error("the ActionSet is gone")]
    Gone,
    /// It was refused, and will be again.
    #[error("{0}")]
    Rejected(String),
    /// Worth trying again.
    #[error("{0}")]
    Unavailable(String),
}

/// Where one ActionSet is recorded: the API server, or the state directory of `kanister run`.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// The ActionSet as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn load(&self) -> Result<ActionSet, StoreError>;

    /// Writes the whole ActionSet if nobody changed it since: `metadata.resourceVersion` must be
    /// the current one. Answers with what was stored; it is durable then. Every transition of
    /// a run passes here.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was changed; see [`StoreError`].
    async fn replace(&self, record: &ActionSet) -> Result<ActionSet, StoreError>;

    /// A Blueprint of the ActionSet's namespace; none if there is none of that name.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn blueprint(&self, name: &str) -> Result<Option<Blueprint>, StoreError>;

    /// A Blueprint as it was a moment ago, if that is known without asking. It may have been changed
    /// or deleted since: nothing may be done by it.
    fn remembered(&self, blueprint: &str) -> Option<Arc<Blueprint>> {
        let _ = blueprint;
        None
    }

    /// The notes of this run; none if none were saved.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn load_notes(&self) -> Result<Option<Notes>, StoreError>;

    /// Creates or replaces the notes; durable when it returns.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn save_notes(&self, notes: &Notes) -> Result<(), StoreError>;

    /// Deletes the notes. It is no error if there are none.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn delete_notes(&self) -> Result<(), StoreError>;
}
