//! What a run tells: in the log, with the ids of run and phase, and in the metrics.

use super::metrics::Metrics;
use async_trait::async_trait;
use kanister_engine::{Observer, PhaseAt, PhaseOutcome};
use kanister_host::capability::log::{Level, Line};
use std::time::Duration;

/// Watches one run.
pub(crate) struct RunObserver {
    pub(crate) metrics: Metrics,
    /// The ActionSet, as `namespace/name`.
    pub(crate) action_set: String,
    /// Its uid: the id of the run.
    pub(crate) run: String,
}

#[async_trait]
impl Observer for RunObserver {
    async fn before_phase(&self, at: &PhaseAt) {
        let PhaseAt {
            action_index: _,
            action,
            phase,
            deferred,
            function,
        } = at;
        let Self {
            metrics: _,
            action_set,
            run,
        } = self;
        tracing::info!(
            run,
            action_set,
            action,
            phase,
            deferred,
            function,
            "the phase begins"
        );
    }

    fn phase_ended(&self, at: &PhaseAt, outcome: &PhaseOutcome, elapsed: Duration) {
        let PhaseAt {
            action_index: _,
            action,
            phase,
            deferred: _,
            function,
        } = at;
        let Self {
            metrics,
            action_set,
            run,
        } = self;
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let word = match outcome {
            PhaseOutcome::Complete => "complete",
            PhaseOutcome::Skipped => "skipped",
            PhaseOutcome::Failed(_) => "failed",
        };
        metrics.phase_ended(function, word, elapsed);
        match outcome {
            PhaseOutcome::Failed(error) => tracing::warn!(
                run,
                action_set,
                action,
                phase,
                function,
                milliseconds,
                error,
                "the phase failed"
            ),
            _ => tracing::info!(
                run,
                action_set,
                action,
                phase,
                function,
                milliseconds,
                outcome = word,
                "the phase ended"
            ),
        }
    }

    fn action_ended(&self, action: &str, success: bool) {
        self.metrics.action_ended(success);
        let Self {
            metrics: _,
            action_set,
            run,
        } = self;
        tracing::info!(run, action_set, action, success, "the action ended");
    }

    fn log(&self, at: &PhaseAt, line: Line) {
        let fields = line.fields_text();
        let Line {
            level,
            message,
            fields: _,
        } = line;
        let PhaseAt {
            action,
            phase,
            function,
            ..
        } = at;
        let Self {
            metrics: _,
            action_set,
            run,
        } = self;
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    target: "kanister::function",
                    run, action_set, action, phase, function, fields, "{message}"
                )
            };
        }
        match level {
            Level::Trace => tell!(trace),
            Level::Debug => tell!(debug),
            Level::Info => tell!(info),
            Level::Warn => tell!(warn),
            Level::Error => tell!(error),
        }
    }
}
