//! What was asked and answered, with the order of questions and answers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Create,
    /// Based on this version.
    Replace(u64),
    Patch,
    Delete,
    Read,
}

/// What it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    State {
        version: u64,
        uid: String,
        value: String,
    },
    /// The uid of what was deleted.
    Deleted(String),
    Missing,
    Exists,
    Conflict,
}

/// One question and its answer.
#[derive(Clone, Debug)]
pub struct Operation {
    pub name: &'static str,
    pub action: Action,
    /// What it wrote.
    pub value: String,
    pub asked: u64,
    pub answered: u64,
    pub outcome: Outcome,
}

/// An event of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: String,
    pub name: String,
    pub version: u64,
    pub uid: String,
    pub value: String,
}

/// Collects operations.
#[derive(Default)]
pub struct Recorder {
    clock: AtomicU64,
    operations: Mutex<Vec<Operation>>,
}

impl Recorder {
    pub fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    pub fn record(
        &self,
        name: &'static str,
        action: Action,
        value: String,
        asked: u64,
        answered: u64,
        outcome: Outcome,
    ) {
        self.operations.lock().unwrap().push(Operation {
            name,
            action,
            value,
            asked,
            answered,
            outcome,
        });
    }

    pub fn finish(&self) -> Vec<Operation> {
        std::mem::take(&mut self.operations.lock().unwrap())
    }
}
