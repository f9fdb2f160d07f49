//! What tests of the engine share.

use crate::seat::{EventSink, Notes, RunEvent, RunStore, StoreError};
use async_trait::async_trait;
use kanister_api::{ActionSet, Blueprint, State};
use kanister_template::{Options, World};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

struct Still;

impl World for Still {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn fill_random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
    fn env(&self, _: &str) -> Option<String> {
        None
    }
    fn lookup_host(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// How templates are rendered in tests: the clock stands still.
pub(crate) fn options() -> Options {
    Options::new(Arc::new(Still))
}

/// One ActionSet in memory, as an API server keeps it: who writes an old version is told so.
#[derive(Default)]
pub(crate) struct MemoryStore {
    now: Mutex<ActionSet>,
    written: Mutex<Vec<ActionSet>>,
    /// The Blueprint as it is.
    pub(crate) blueprint: Option<Blueprint>,
    /// The Blueprint as it was.
    pub(crate) remembered: Option<Blueprint>,
}

impl MemoryStore {
    pub(crate) fn new(action_set: Value) -> Self {
        let store = Self::default();
        store.write(serde_json::from_value(action_set).unwrap());
        store.written.lock().clear();
        store
    }

    /// Somebody writes, whatever is there.
    pub(crate) fn write(&self, mut action_set: ActionSet) -> ActionSet {
        let mut now = self.now.lock();
        action_set.metadata.resource_version = Some(next_version(&now));
        *now = action_set.clone();
        self.written.lock().push(action_set.clone());
        action_set
    }

    pub(crate) fn now(&self) -> ActionSet {
        self.now.lock().clone()
    }

    /// The status of each version that was written, by its state and the states of its phases.
    pub(crate) fn written(&self) -> Vec<String> {
        let line = |written: &ActionSet| {
            let status = written.status.clone().unwrap_or_default();
            let phases = status.actions.iter().flat_map(|action| &action.phases);
            let phases = phases.map(|phase| format!(" {}={}", phase.name, state(&phase.state)));
            let phases: String = phases.collect();
            format!("{}{phases}", state(&status.state))
        };
        self.written.lock().iter().map(line).collect()
    }
}

fn next_version(before: &ActionSet) -> String {
    let before = before.metadata.resource_version.as_deref();
    let before: u64 = before.map_or(0, |version| version.parse().unwrap());
    (before + 1).to_string()
}

fn state(state: &State) -> String {
    serde_json::to_value(state)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

#[async_trait]
impl RunStore for MemoryStore {
    async fn load(&self) -> Result<ActionSet, StoreError> {
        Ok(self.now())
    }

    async fn replace(&self, record: &ActionSet) -> Result<ActionSet, StoreError> {
        let current = self.now.lock().metadata.resource_version.clone();
        if record.metadata.resource_version != current {
            return Err(StoreError::Conflict);
        }
        Ok(self.write(record.clone()))
    }

    async fn blueprint(&self, _: &str) -> Result<Option<Blueprint>, StoreError> {
        Ok(self.blueprint.clone())
    }

    fn remembered(&self, _: &str) -> Option<Arc<Blueprint>> {
        self.remembered.clone().map(Arc::new)
    }

    async fn load_notes(&self) -> Result<Option<Notes>, StoreError> {
        Ok(None)
    }

    async fn save_notes(&self, _: &Notes) -> Result<(), StoreError> {
        Ok(())
    }

    async fn delete_notes(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Remembers the reasons of events.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    pub(crate) fn reasons(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

impl EventSink for Told {
    fn emit(&self, event: RunEvent) {
        self.0.lock().push(event.reason);
    }
}
