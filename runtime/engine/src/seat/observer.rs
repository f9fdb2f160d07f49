//! Who watches a run: the timeline of a terminal, the metrics of a controller.

use async_trait::async_trait;
use kanister_host::capability::log::Line;
use kanister_host::capability::progress::Progress;
use std::time::Duration;

/// A phase of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseAt {
    /// The position of the action in the ActionSet.
    pub action_index: usize,
    /// The action's name.
    pub action: String,
    /// The phase's name.
    pub phase: String,
    /// Whether it is the deferPhase.
    pub deferred: bool,
    /// The function it calls.
    pub function: String,
}

/// How a phase ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhaseOutcome {
    /// With these outputs recorded.
    Complete,
    /// Its condition said no.
    Skipped,
    /// For this reason.
    Failed(String),
}

/// Who watches. Nothing here may wait but [`Observer::before_phase`].
#[async_trait]
pub trait Observer: Send + Sync {
    /// A phase is about to begin; it begins when this returns.
    async fn before_phase(&self, at: &PhaseAt) {
        let _ = at;
    }

    /// A phase has ended, and its end is recorded.
    fn phase_ended(&self, at: &PhaseAt, outcome: &PhaseOutcome, elapsed: Duration) {
        let _ = (at, outcome, elapsed);
    }

    /// An action has ended, its deferPhase included.
    fn action_ended(&self, action: &str, success: bool) {
        let _ = (action, success);
    }

    /// A function says something.
    fn log(&self, at: &PhaseAt, line: Line) {
        let _ = (at, line);
    }

    /// A function reports how far it is.
    fn progress(&self, at: &PhaseAt, progress: &Progress) {
        let _ = (at, progress);
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
