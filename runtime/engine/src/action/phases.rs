//! The phases of an action, one after another.

use super::phase::PhaseEnd;
use super::resume::Progress;
use super::{Action, ActionEnd, CANCELLED};
use crate::clock;
use crate::control::CancelReason;
use crate::failure::PhaseFailure;
use crate::record::RecordError;
use crate::seat::RunEvent;
use kanister_api::State;

impl Action {
    /// Runs the phases that are not complete. The first that fails ends it.
    pub(super) async fn run_phases(&mut self) -> Result<ActionEnd, RecordError> {
        match self.resume_phases().await? {
            Progress::Ended(end) => return Ok(end),
            Progress::Begun => {}
            Progress::None => {
                if let Some(end) = self.unwanted().await? {
                    return Ok(end);
                }
            }
        }
        let Some(first) = self.first_open().await else {
            return Ok(ActionEnd::Complete);
        };
        for index in first..self.phases.len() {
            if let Some(end) = self.halted(index).await? {
                return Ok(end);
            }
            match self.run_phase(index).await? {
                PhaseEnd::Complete => {}
                PhaseEnd::Failed => return Ok(ActionEnd::Failed),
                PhaseEnd::HandedOver => return Ok(ActionEnd::HandedOver),
            }
        }
        Ok(ActionEnd::Complete)
    }

    /// The first phase that is not complete.
    async fn first_open(&self) -> Option<usize> {
        let status = self.run.record.status().await;
        let phases = &status.actions.get(self.index)?.phases;
        phases
            .iter()
            .position(|phase| phase.state != State::Complete)
    }

    /// Whether the action was told to stop before this phase.
    async fn halted(&self, index: usize) -> Result<Option<ActionEnd>, RecordError> {
        if self.run.control.cancelled().is_some() {
            let failure = PhaseFailure::final_(CANCELLED);
            let text = failure.text(&self.spec.name, &self.name_of(index));
            self.run
                .record
                .update(|live| {
                    live.cancelled();
                    live.fail(&text);
                })
                .await?;
            return Ok(Some(ActionEnd::Failed));
        }
        if self.deadline.is_some_and(|it| clock::until(it).is_zero()) {
            let failure = self.timed_out();
            let text = failure.text(&self.spec.name, &self.name_of(index));
            self.run.record.update(|live| live.fail(&text)).await?;
            let phase = self.name_of(index);
            self.warn_failed("Failed to execute phase", &phase, &failure.message);
            return Ok(Some(ActionEnd::Failed));
        }
        let over = self.run.control.handed_over();
        Ok(over.then_some(ActionEnd::HandedOver))
    }

    pub(super) fn name_of(&self, index: usize) -> String {
        self.phases
            .get(index)
            .map(|step| step.phase.name.clone())
            .unwrap_or_default()
    }

    /// The failure of an action whose time is up.
    pub(super) fn timed_out(&self) -> PhaseFailure {
        let timeout = self.spec.timeout.as_ref().or(self.blueprint.timeout.as_ref());
        let timeout = timeout.map_or_else(String::new, |it| format!(" of {it}"));
        PhaseFailure::final_(format!("the action's timeout{timeout} has passed"))
    }

    /// Tells of a failed phase, on the ActionSet and on its Blueprint.
    pub(super) fn warn_failed(&self, what: &str, phase: &str, why: &str) {
        self.warn(&format!("{what}: {phase}: {why}"));
    }

    /// Tells of a failure, on the ActionSet and on its Blueprint. Nobody needs to hear that what
    /// was deleted did not succeed.
    pub(super) fn warn(&self, message: &str) {
        if self.run.control.cancelled() == Some(CancelReason::Deleted) {
            return;
        }
        let event = RunEvent::failed_action(&self.spec.name, &self.spec.blueprint, message);
        self.run.seat.events.emit(event);
    }
}
