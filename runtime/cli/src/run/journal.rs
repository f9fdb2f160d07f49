//! The events of a run as lines of JSON, beside its record.

use anyhow::Context;
use k8s_openapi::jiff::Timestamp;
use kanister_engine::{EventKind, RunEvent};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The file of events. Those of a run that goes on follow those before.
pub struct Journal(Mutex<File>);

impl Journal {
    /// Opens the file of a run's folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("events.jsonl");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self(Mutex::new(file)))
    }

    /// Adds an event.
    pub fn write(&self, event: &RunEvent) {
        let RunEvent {
            kind,
            reason,
            message,
            blueprint,
        } = event;
        let kind = match kind {
            EventKind::Normal => "Normal",
            EventKind::Warning => "Warning",
        };
        let line = json!({
            "time": Timestamp::now().to_string(),
            "type": kind,
            "reason": reason,
            "message": message,
            "blueprint": blueprint,
        });
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "an event of the run is not kept");
        }
    }
}
