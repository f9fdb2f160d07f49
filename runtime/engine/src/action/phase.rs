//! One phase: from its first record to its last.

use super::attempt::{AttemptEnd, Call};
use super::condition::holds;
use super::{Action, ActionEnd, CANCELLED};
use crate::clock;
use crate::failure::{FailureKind, PhaseFailure};
use crate::params::objects;
use crate::record::RecordError;
use crate::seat::{PhaseAt, PhaseOutcome, RunEvent};
use kanister_api::{RetryOn, RetryPolicy, State};
use kanister_template::Params;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::Instant;

/// How a phase ended, as far as the next one cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhaseEnd {
    Complete,
    Failed,
    HandedOver,
}

impl From<PhaseEnd> for ActionEnd {
    fn from(end: PhaseEnd) -> Self {
        match end {
            PhaseEnd::Complete => Self::Complete,
            PhaseEnd::Failed => Self::Failed,
            PhaseEnd::HandedOver => Self::HandedOver,
        }
    }
}

impl Action {
    /// Runs one phase.
    pub(super) async fn run_phase(&mut self, index: usize) -> Result<PhaseEnd, RecordError> {
        let Some(step) = self.phases.get(index) else {
            return Ok(PhaseEnd::Complete);
        };
        let at = self.at(step, false);
        let run = self.run.clone();
        let started = Instant::now();
        let mut before = run.seat.observer.before_phase(&at);
        tokio::select! {
            biased;
            () = &mut before => {}
            // It is held back, and whoever looks at the record meanwhile shall see whose it is.
            () = std::future::ready(()) => {
                run.record.claimed().await?;
                tokio::select! {
                    () = &mut before => {}
                    () = run.control.interruption() => return self.interrupted_before(index).await,
                }
            }
        }
        // The observer may have been the one who asked.
        if run.control.cancelled().is_some() || run.control.handed_over() {
            return self.interrupted_before(index).await;
        }
        run.seat.events.emit(RunEvent::started_phase(&at.phase));
        let references = step.phase.objects.clone();
        let condition = step.phase.condition.clone();
        match objects(&run.reader, &references).await {
            Ok(objects) => {
                let phases = self.params.phases.get_or_insert_default();
                phases.insert(at.phase.clone(), Some(objects));
            }
            Err(error) => {
                let failure = PhaseFailure::final_(error.to_string());
                return self
                    .fail_phase(index, &at, "Failed to init phase params", failure, started)
                    .await;
            }
        }
        let options = &run.settings.templates;
        match holds(condition.as_deref(), &Params::new(&self.params), options) {
            Ok(true) => {}
            Ok(false) => return self.skip_phase(index, &at, started).await,
            Err(failure) => {
                return self
                    .fail_phase(index, &at, "Failed to execute phase", failure, started)
                    .await;
            }
        }
        self.attempts(index, &at, started).await
    }

    /// Cancelled or handed over while an observer held the phase back.
    async fn interrupted_before(&mut self, index: usize) -> Result<PhaseEnd, RecordError> {
        if self.run.control.cancelled().is_none() {
            return Ok(PhaseEnd::HandedOver);
        }
        let failure = PhaseFailure::final_(CANCELLED);
        let text = failure.text(&self.spec.name, &self.name_of(index));
        self.run
            .record
            .update(|live| {
                live.cancelled();
                live.fail(&text);
            })
            .await?;
        Ok(PhaseEnd::Failed)
    }

    /// Attempts until one succeeds, or the policy has no more.
    async fn attempts(
        &mut self,
        index: usize,
        at: &PhaseAt,
        started: Instant,
    ) -> Result<PhaseEnd, RecordError> {
        let run = self.run.clone();
        // What goes on after an interruption is the same attempt.
        let first = self.attempt_before(index).await.max(1);
        let mut failed = 0_u32;
        loop {
            let attempt = first.saturating_add(failed);
            self.record_running(index, attempt).await?;
            let Some(step) = self.phases.get(index) else {
                return Ok(PhaseEnd::Complete);
            };
            let call = Call::of_phase(self, index, step, at, attempt);
            let failure = match self.attempt(&call).await? {
                AttemptEnd::Output(output) => {
                    return self.complete_phase(index, at, output, started).await;
                }
                AttemptEnd::Failed(failure) => failure,
            };
            failed = failed.saturating_add(1);
            let policy = self.retry_policy(index);
            let Some(pause) = pause(policy.as_ref(), &failure, failed) else {
                return self
                    .fail_phase(index, at, "Failed to execute phase", failure, started)
                    .await;
            };
            let event = RunEvent::retried_phase(&at.phase, failed, &failure.message);
            run.seat.events.emit(event);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = run.control.interruption() => {
                    if run.control.cancelled().is_none() {
                        return Ok(PhaseEnd::HandedOver);
                    }
                    return self
                        .fail_phase(index, at, "Failed to execute phase", failure, started)
                        .await;
                }
            }
        }
    }

    fn retry_policy(&self, index: usize) -> Option<RetryPolicy> {
        let own = self.phases.get(index)?.phase.retry.clone();
        own.or_else(|| self.spec.retry.clone())
            .or_else(|| self.blueprint.retry.clone())
    }

    /// The attempt that an earlier process was at; 0 if none was.
    async fn attempt_before(&self, index: usize) -> u32 {
        let status = self.run.record.status().await;
        let journal = status.run.as_ref();
        journal
            .and_then(|run| run.actions.get(self.index)?.phases.get(index))
            .map_or(0, |phase| phase.attempt)
    }

    async fn record_running(&self, index: usize, attempt: u32) -> Result<(), RecordError> {
        let (time, name) = (self.time, self.name_of(index));
        self.run
            .record
            .update_with_claim(|live| {
                // The whole may have failed already, by another action.
                live.status.progress.running_phase = name;
                if let Some(phase) = live
                    .action(self.index)
                    .and_then(|action| action.phases.get_mut(index))
                {
                    phase.state = State::Running;
                }
                if let Some(journal) = live.journal(self.index) {
                    journal.time = Some(time);
                }
                if let Some(phase) = live.journal_of(self.index, index) {
                    phase.attempt = attempt;
                    phase.started_at = Some(clock::now());
                    phase.finished_at = None;
                }
            })
            .await
    }

    async fn complete_phase(
        &mut self,
        index: usize,
        at: &PhaseAt,
        output: Map<String, Value>,
        started: Instant,
    ) -> Result<PhaseEnd, RecordError> {
        self.set_output(&at.phase, output.clone());
        let recorded = self.end_of_phase(index, output).await;
        match recorded {
            Ok(()) => {}
            Err(RecordError::Rejected(why)) => {
                let failure = PhaseFailure::final_(format!(
                    "the function succeeded, but its outputs cannot be recorded: {why}"
                ));
                return self
                    .fail_phase(index, at, "Failed to update phase", failure, started)
                    .await;
            }
            Err(other) => return Err(other),
        }
        let run = &self.run;
        run.seat.events.emit(RunEvent::ended_phase(&at.phase));
        let elapsed = started.elapsed();
        let observer = &run.seat.observer;
        observer.phase_ended(at, &PhaseOutcome::Complete, elapsed);
        Ok(PhaseEnd::Complete)
    }

    /// What later templates see of a phase.
    pub(super) fn set_output(&mut self, phase: &str, output: Map<String, Value>) {
        let phases = self.params.phases.get_or_insert_default();
        let phase = phases.entry(phase.to_owned()).or_default();
        phase.get_or_insert_default().output = Some(output);
    }

    async fn skip_phase(
        &mut self,
        index: usize,
        at: &PhaseAt,
        started: Instant,
    ) -> Result<PhaseEnd, RecordError> {
        self.set_output(&at.phase, Map::new());
        let time = self.time;
        self.run
            .record
            .update(|live| {
                live.complete_phase(self.index, index, Map::new());
                if let Some(journal) = live.journal(self.index) {
                    journal.time = Some(time);
                }
                if let Some(phase) = live.journal_of(self.index, index) {
                    phase.skipped = true;
                }
            })
            .await?;
        let run = &self.run;
        run.seat.events.emit(RunEvent::skipped_phase(&at.phase));
        let observer = &run.seat.observer;
        observer.phase_ended(at, &PhaseOutcome::Skipped, started.elapsed());
        Ok(PhaseEnd::Complete)
    }

    pub(super) async fn fail_phase(
        &mut self,
        index: usize,
        at: &PhaseAt,
        what: &str,
        failure: PhaseFailure,
        started: Instant,
    ) -> Result<PhaseEnd, RecordError> {
        let text = failure.text(&self.spec.name, &at.phase);
        let cancelled = failure.kind == FailureKind::Cancelled;
        let time = self.time;
        self.run
            .record
            .update(|live| {
                if cancelled {
                    live.cancelled();
                }
                live.fail(&text);
                live.fail_phase(self.index, index);
                if let Some(journal) = live.journal(self.index) {
                    journal.time = Some(time);
                }
            })
            .await?;
        self.warn_failed(what, &at.phase, &failure.message);
        let outcome = PhaseOutcome::Failed(failure.message);
        let observer = &self.run.seat.observer;
        observer.phase_ended(at, &outcome, started.elapsed());
        Ok(PhaseEnd::Failed)
    }
}

/// How long to wait before the next attempt; none if there is none.
pub(super) fn pause(
    policy: Option<&RetryPolicy>,
    failure: &PhaseFailure,
    failed: u32,
) -> Option<Duration> {
    let policy = policy?;
    let again = match failure.kind {
        FailureKind::Retryable => true,
        FailureKind::Permanent => policy.failures == RetryOn::All,
        FailureKind::Final | FailureKind::Cancelled => false,
    };
    again.then(|| policy.wait_after(failed)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_may_succeed_is_tried_again() {
        let policy = |failures: &str| -> RetryPolicy {
            serde_json::from_value(json!({"attempts": 2, "delay": "1s", "failures": failures}))
                .unwrap()
        };
        let again = |failures: &str, kind, failed| {
            pause(
                Some(&policy(failures)),
                &PhaseFailure::new(kind, "x"),
                failed,
            )
            .is_some()
        };
        assert!(again("retryable", FailureKind::Retryable, 1));
        assert!(!again("retryable", FailureKind::Retryable, 2));
        assert!(!again("retryable", FailureKind::Permanent, 1));
        assert!(again("all", FailureKind::Permanent, 1));
        assert!(!again("all", FailureKind::Final, 1));
        assert!(!again("all", FailureKind::Cancelled, 1));
    }
}
