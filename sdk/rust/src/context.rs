//! The call that a function runs in.

use crate::bindings::kanister::host::{cancel, checkpoint, clock, log, progress, random};
use crate::failure::{self, Result};
use crate::types::{Failure, Invocation};
use serde_json::Value;
use std::time::Duration;

pub use log::Level;
pub use progress::Report as Progress;

/// The call, and everything in reach of it.
///
/// The clusters, stores and hosts of the network that a function may reach are methods here,
/// in the modules [`kube`](crate::kube), [`pod`](crate::pod), [`workload`](crate::workload),
/// [`storage`](crate::storage), [`http`](crate::http) and [`secrets`](crate::secrets).
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    invocation: Invocation,
}

impl Context {
    /// The context of an invocation, as the component makes it; tests make their own.
    #[must_use]
    pub fn new(invocation: Invocation) -> Self {
        Self { invocation }
    }

    /// Id, attempt, names and deadline of the call.
    #[must_use]
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// What the ActionSet acts on, and the other parameters a function may see.
    ///
    /// # Errors
    /// The host sent no JSON.
    pub fn params(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.invocation.params)?)
    }

    /// Writes a line of log with fields.
    pub fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        write_log(level, message, fields);
    }

    /// Shows how far the phase is. Fields left out keep their last value.
    pub fn progress(&self, report: &Progress) {
        progress::update(report);
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        clock::now_ms()
    }

    /// Time since some moment before the call began; never goes back.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        Duration::from_millis(clock::monotonic_ms())
    }

    /// Sleeps.
    ///
    /// # Errors
    /// `cancelled` as soon as the call is asked to stop.
    pub fn sleep(&self, duration: Duration) -> Result<()> {
        Ok(clock::sleep_ms(
            u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        )?)
    }

    /// Fails once the call has been asked to stop; for the steps of a long computation.
    ///
    /// # Errors
    /// `cancelled`.
    pub fn check_cancelled(&self) -> Result<()> {
        match cancel::requested() {
            Some(grace_ms) => Err(failure::cancelled(format!(
                "asked to stop within {grace_ms} ms"
            ))),
            None => Ok(()),
        }
    }

    /// The note that an earlier attempt of this phase saved.
    ///
    /// # Errors
    /// The store is not in reach; the note is not of this type.
    pub fn load_checkpoint<T: serde::de::DeserializeOwned>(&self) -> Result<Option<T>> {
        match checkpoint::load().map_err(Failure::retryable)? {
            Some(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            None => Ok(None),
        }
    }

    /// Saves a note for later attempts of this phase, at most 64 KiB as JSON; durable when it
    /// returns.
    ///
    /// # Errors
    /// The note is too large or the store is not in reach.
    pub fn save_checkpoint<T: serde::Serialize>(&self, note: &T) -> Result<()> {
        checkpoint::save(&serde_json::to_vec(note)?).map_err(Failure::retryable)
    }

    /// Random bytes fit for keys, at most 65536.
    #[must_use]
    pub fn random_bytes(&self, len: u32) -> Vec<u8> {
        random::bytes(len)
    }
}

/// Writes to the log of the call; in a test on the author's machine, to standard error.
pub(crate) fn write_log(level: Level, message: &str, fields: &[(&str, &str)]) {
    #[cfg(target_arch = "wasm32")]
    {
        let fields: Vec<log::Field> = fields
            .iter()
            .map(|(key, value)| log::Field {
                key: (*key).into(),
                value: (*value).into(),
            })
            .collect();
        log::write(level, message, &fields);
    }
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message} {fields:?}");
}
