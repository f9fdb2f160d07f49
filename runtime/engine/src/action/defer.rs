//! The deferPhase: it runs always, after failure and after cancellation too.

use super::attempt::{AttemptEnd, Call};
use super::condition::holds;
use super::phase::pause;
use super::{Action, ActionEnd};
use crate::clock;
use crate::control::CancelReason;
use crate::failure::PhaseFailure;
use crate::params::objects;
use crate::record::RecordError;
use crate::seat::{PhaseAt, PhaseOutcome, RunEvent};
use kanister_api::State;
use kanister_template::Params;
use serde_json::{Map, Value};
use tokio::time::Instant;

impl Action {
    /// Runs the deferPhase, if there is one that has not ended.
    pub(super) async fn run_defer(&mut self, end: ActionEnd) -> Result<ActionEnd, RecordError> {
        let Some(step) = self.defer.as_ref() else {
            return Ok(end);
        };
        if self.ended || self.skipped().await {
            return Ok(end);
        }
        let at = self.at(step, true);
        let run = self.run.clone();
        let started = Instant::now();
        match self.resume_defer().await {
            Some(State::Complete) => return Ok(end),
            Some(State::Failed) => return Ok(ActionEnd::Failed),
            Some(_) if !step.function.descriptor.idempotent => {
                let failure = self.interrupted_defer(&at).await;
                return self.fail_defer(&at, failure, started).await;
            }
            _ => {}
        }
        if run.control.stopped() {
            let failure = PhaseFailure::final_("the run was stopped before the deferPhase began");
            return self.fail_defer(&at, failure, started).await;
        }
        if run.control.handed_over() {
            return Ok(ActionEnd::HandedOver);
        }
        run.seat.observer.before_phase(&at).await;
        let references = step.phase.objects.clone();
        let condition = step.phase.condition.clone();
        match objects(&run.reader.deferred(), &references).await {
            Ok(objects) => self.params.defer_phase = Some(objects),
            Err(error) => {
                let failure = PhaseFailure::final_(error.to_string());
                return self.fail_defer(&at, failure, started).await;
            }
        }
        let options = &run.settings.templates;
        match holds(condition.as_deref(), &Params::new(&self.params), options) {
            Ok(true) => {}
            Ok(false) => {
                self.complete_defer(Map::new()).await?;
                run.seat.events.emit(RunEvent::skipped_phase(&at.phase));
                let observer = &run.seat.observer;
                observer.phase_ended(&at, &PhaseOutcome::Skipped, started.elapsed());
                return Ok(end);
            }
            Err(failure) => return self.fail_defer(&at, failure, started).await,
        }
        run.seat.events.emit(RunEvent::started_defer(&at.phase));
        match self.defer_attempts(&at).await? {
            Ok(output) => {
                self.complete_defer(output).await?;
                // Its end is recorded nowhere once the ActionSet is being deleted, as upstream has it.
                if run.control.cancelled() != Some(CancelReason::Deleted) {
                    run.seat.events.emit(RunEvent::ended_defer(&at.phase));
                }
                let observer = &run.seat.observer;
                observer.phase_ended(&at, &PhaseOutcome::Complete, started.elapsed());
                Ok(end)
            }
            Err(failure) => self.fail_defer(&at, failure, started).await,
        }
    }

    async fn skipped(&self) -> bool {
        let status = self.run.record.status().await;
        let run = status.run.as_ref();
        run.and_then(|run| run.actions.get(self.index))
            .is_some_and(|journal| journal.skipped)
    }

    async fn defer_attempts(
        &self,
        at: &PhaseAt,
    ) -> Result<Result<Map<String, Value>, PhaseFailure>, RecordError> {
        // What goes on after an interruption is the same attempt.
        let first = self.defer_attempt_before().await.max(1);
        let mut failed = 0_u32;
        loop {
            let attempt = first.saturating_add(failed);
            self.record_defer_running(at, attempt).await?;
            let Some(step) = self.defer.as_ref() else {
                return Ok(Ok(Map::new()));
            };
            let call = Call::of_defer(self, step, at, attempt);
            let failure = match self.attempt(&call).await? {
                AttemptEnd::Output(output) => return Ok(Ok(output)),
                AttemptEnd::Failed(failure) => failure,
            };
            failed = failed.saturating_add(1);
            let policy = step.phase.retry.as_ref();
            let Some(pause) = pause(policy, &failure, failed) else {
                return Ok(Err(failure));
            };
            let event = RunEvent::retried_phase(&at.phase, failed, &failure.message);
            self.run.seat.events.emit(event);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.run.control.stop() => return Ok(Err(failure)),
            }
        }
    }

    async fn defer_attempt_before(&self) -> u32 {
        let status = self.run.record.status().await;
        let run = status.run.as_ref();
        run.and_then(|run| run.actions.get(self.index)?.defer_phase.as_ref())
            .map_or(0, |phase| phase.attempt)
    }

    async fn record_defer_running(&self, at: &PhaseAt, attempt: u32) -> Result<(), RecordError> {
        let (time, name) = (self.time, at.phase.clone());
        self.run
            .record
            .update(|live| {
                live.status.progress.running_phase = name;
                if let Some(journal) = live.journal(self.index) {
                    journal.time = Some(time);
                    let phase = journal.defer_phase.get_or_insert_default();
                    phase.attempt = attempt;
                    phase.started_at = Some(clock::now());
                    phase.finished_at = None;
                }
            })
            .await?;
        if self.run.control.cancelled() == Some(CancelReason::Deleted) {
            // Nothing is recorded in an ActionSet that is being deleted.
            self.note_defer(State::Running).await;
        }
        Ok(())
    }

    async fn complete_defer(&mut self, output: Map<String, Value>) -> Result<(), RecordError> {
        let phase = self.params.defer_phase.get_or_insert_default();
        phase.output = Some(output.clone());
        self.end_defer(State::Complete, output).await
    }

    async fn fail_defer(
        &mut self,
        at: &PhaseAt,
        failure: PhaseFailure,
        started: Instant,
    ) -> Result<ActionEnd, RecordError> {
        let text = failure.text(&self.spec.name, &at.phase);
        self.run.record.update(|live| live.fail(&text)).await?;
        self.end_defer(State::Failed, Map::new()).await?;
        let phase = &at.phase;
        self.warn(&format!(
            "Failed to execute defer phase: {phase}: {}",
            failure.message
        ));
        let outcome = PhaseOutcome::Failed(failure.message);
        let observer = &self.run.seat.observer;
        observer.phase_ended(at, &outcome, started.elapsed());
        Ok(ActionEnd::Failed)
    }

    async fn end_defer(&self, state: State, output: Map<String, Value>) -> Result<(), RecordError> {
        let noted = state.clone();
        self.run
            .record
            .update(|live| {
                if let Some(action) = live.action(self.index) {
                    action.defer_phase.state = state;
                    action.defer_phase.output = output;
                }
                if let Some(journal) = live.journal(self.index) {
                    let phase = journal.defer_phase.get_or_insert_default();
                    phase.finished_at = Some(clock::now());
                }
            })
            .await?;
        if self.run.control.cancelled() == Some(CancelReason::Deleted) {
            self.note_defer(noted).await;
        }
        Ok(())
    }

    /// Notes how far the deferPhase of a deleted ActionSet is, for whoever goes on after a crash.
    async fn note_defer(&self, state: State) {
        let key = defer_key(self.index);
        if let Err(error) = self.run.notes.set(&key, state.as_str()).await {
            tracing::warn!(%error, "the state of the deferPhase is not noted");
        }
    }

    /// How far an earlier process came with the deferPhase; none if it did not begin.
    async fn resume_defer(&self) -> Option<State> {
        let status = self.run.record.status().await;
        let recorded = status.actions.get(self.index)?.defer_phase.state.clone();
        if recorded.is_final() {
            return Some(recorded);
        }
        let begun = status
            .run
            .as_ref()
            .and_then(|run| run.actions.get(self.index)?.defer_phase.as_ref())
            .is_some();
        let noted = self.run.notes.get(&defer_key(self.index)).await;
        match noted.as_deref() {
            Some("complete") => Some(State::Complete),
            Some("failed") => Some(State::Failed),
            Some(_) => Some(State::Running),
            None => begun.then_some(State::Running),
        }
    }
}

fn defer_key(action: usize) -> String {
    format!("defer-{action}")
}
