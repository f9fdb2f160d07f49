//! The record of a phase.

use super::Live;
use crate::clock;
use kanister_api::{RunPhase, State};
use serde_json::{Map, Value};

impl Live {
    /// A phase is complete, with these outputs.
    pub(crate) fn complete_phase(&mut self, action: usize, index: usize, output: Map<String, Value>) {
        let now = clock::now();
        if let Some(phase) = self
            .action(action)
            .and_then(|action| action.phases.get_mut(index))
        {
            phase.state = State::Complete;
            phase.output = output;
            if phase.progress.progress_percent != "100" {
                phase.progress.progress_percent = "100".to_owned();
                phase.progress.last_transition_time = Some(now.clone());
            }
        }
        if let Some(journal) = self.journal_of(action, index) {
            journal.finished_at = Some(now);
        }
    }

    /// The journal of a phase, opened if it is not there yet.
    pub(crate) fn journal_of(&mut self, action: usize, index: usize) -> Option<&mut RunPhase> {
        let journal = self.journal(action)?;
        if journal.phases.len() <= index {
            journal.phases.resize_with(index + 1, RunPhase::default);
        }
        journal.phases.get_mut(index)
    }

    /// A phase has failed.
    pub(crate) fn fail_phase(&mut self, action: usize, index: usize) {
        if let Some(phase) = self
            .action(action)
            .and_then(|action| action.phases.get_mut(index))
        {
            phase.state = State::Failed;
        }
        if let Some(journal) = self.journal_of(action, index) {
            journal.finished_at = Some(clock::now());
        }
    }
}
