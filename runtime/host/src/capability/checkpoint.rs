//! `kanister:host/checkpoint`: notes that outlive a crash.

use crate::bindings::kanister::host::checkpoint as wit;
use crate::call::CallState;
use async_trait::async_trait;
use std::sync::Mutex;

/// Bytes that a checkpoint may have.
pub const LONGEST: usize = 64 << 10;

/// Where the notes of one phase are kept.
#[async_trait]
pub trait CheckpointStore: Send + Sync {
    /// The last notes saved by any attempt of this phase.
    ///
    /// # Errors
    /// Why they cannot be read, for people.
    async fn load(&self) -> Result<Option<Vec<u8>>, String>;

    /// Replaces the notes; durable when it returns.
    ///
    /// # Errors
    /// Why they were not saved, for people.
    async fn save(&self, notes: Vec<u8>) -> Result<(), String>;
}

/// Notes that live as long as the process: for a call that is not part of a run.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<Option<Vec<u8>>>);

#[async_trait]
impl CheckpointStore for InMemory {
    async fn load(&self) -> Result<Option<Vec<u8>>, String> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone())
    }

    async fn save(&self, notes: Vec<u8>) -> Result<(), String> {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(notes);
        Ok(())
    }
}

impl wit::Host for CallState {
    async fn load(&mut self) -> wasmtime::Result<Result<Option<Vec<u8>>, String>> {
        Ok(self.services.checkpoint.load().await)
    }

    async fn save(&mut self, state: Vec<u8>) -> wasmtime::Result<Result<(), String>> {
        if state.len() > LONGEST {
            return Ok(Err(format!(
                "a checkpoint has at most {LONGEST} bytes, this one has {}; keep what the next \
                 attempt must know and nothing else",
                state.len()
            )));
        }
        Ok(self.services.checkpoint.save(state).await)
    }
}
