//! How runs end, and why some cannot go on.

use crate::record::RecordError;
use crate::seat::{ReadError, StoreError};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything is complete.
    Complete,
    /// It failed, as `status.error.message` says.
    Failed(String),
    /// The ActionSet was deleted, and what had to be done before is done.
    Deleted,
    /// There was nothing to do for this process.
    NotOurs(NotOurs),
    /// What ran has ended, and another process can go on.
    HandedOver,
}

/// Why there was nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOurs {
    /// It has ended before.
    Over,
    /// Another kind of controller runs it, or has left it running.
    Foreign,
    /// Another process took it.
    Taken(String),
}

/// Why a run could not go on. What was recorded until then stands, and another process can go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The record of the run.
    #[error("the run cannot be recorded: {0}")]
    Record(String),
    /// The cluster.
    #[error("the cluster cannot be reached: {0}")]
    Cluster(#[from] ReadError),
    /// The notes of the run.
    #[error("the notes of the run: {0}")]
    Notes(#[from] StoreError),
}

/// Why a run stops before its end.
pub(crate) enum Stop {
    Record(RecordError),
    Run(RunError),
}

impl From<RecordError> for Stop {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Run(error.into())
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Gone => Self::Record(RecordError::Gone),
            other => Self::Run(other.into()),
        }
    }
}
