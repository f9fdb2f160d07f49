//! Where an ActionSet stands between its creation and its end.

use crate::clock;
use kanister_api::{ActionSet, Run, State};

use super::Live;

/// Keeps an ActionSet whose run is active, so that a deletion waits until functions are cancelled
/// and deferPhases have run. Remove it by hand if no controller is left to do so.
pub const FINALIZER: &str = "run.kanister.io/active";

/// What is to be done with an ActionSet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has no status yet.
    New,
    /// Its status is there, and nobody has claimed it.
    Pending,
    /// A process that keeps our journal ran it and has not ended it.
    Ours,
    /// It runs, and has no journal: another kind of controller runs it, or has left it.
    Foreign,
    /// It has ended.
    Over,
}

impl Stage {
    /// Whether nothing has run, and nobody has claimed it.
    pub(crate) fn is_unclaimed(self) -> bool {
        matches!(self, Self::New | Self::Pending)
    }
}

/// Where an ActionSet stands.
pub(crate) fn stage(action_set: &ActionSet) -> Stage {
    let Some(status) = &action_set.status else {
        return Stage::New;
    };
    let open = status
        .run
        .as_ref()
        .is_some_and(|run| run.finished_at.is_none());
    match &status.state {
        State::Pending => Stage::Pending,
        State::Running if status.run.is_none() => Stage::Foreign,
        State::Running => Stage::Ours,
        // A failed phase is recorded before the deferPhase runs.
        State::Failed if open => Stage::Ours,
        State::Unset if *status == kanister_api::ActionSetStatus::default() => Stage::New,
        _ => Stage::Over,
    }
}

/// Whether [`Engine::run`](crate::Engine::run) has anything to do for an ActionSet: so that a
/// controller that starts need not look at all that have ended.
#[must_use]
pub fn needs_run(action_set: &ActionSet) -> bool {
    match stage(action_set) {
        Stage::New | Stage::Pending | Stage::Ours | Stage::Foreign => true,
        Stage::Over => held(action_set),
    }
}

/// Whether the finalizer is there.
fn held(action_set: &ActionSet) -> bool {
    let finalizers = action_set.metadata.finalizers.as_deref();
    finalizers.is_some_and(|all| all.iter().any(|it| it == FINALIZER))
}

/// Adds the finalizer. A deletion that has begun takes no new one.
pub(super) fn hold(action_set: &mut ActionSet) {
    if !held(action_set) && action_set.metadata.deletion_timestamp.is_none() {
        let finalizers = action_set.metadata.finalizers.get_or_insert_default();
        finalizers.push(FINALIZER.to_owned());
    }
}

/// Removes the finalizer.
pub(super) fn release(action_set: &mut ActionSet) {
    if let Some(finalizers) = &mut action_set.metadata.finalizers {
        finalizers.retain(|it| it != FINALIZER);
        if finalizers.is_empty() {
            action_set.metadata.finalizers = None;
        }
    }
}

impl Live {
    /// The claim: pending becomes running, and the journal is opened.
    pub(crate) fn claim(&mut self, holder: &str) {
        self.status.state = State::Running;
        self.status.run = Some(Run {
            holder: holder.to_owned(),
            attempt: 1,
            started_at: Some(clock::now()),
            ..Run::default()
        });
    }

    /// Another process goes on with the run.
    pub(crate) fn take_over(&mut self, holder: &str) {
        let run = self.status.run.get_or_insert_default();
        if run.holder != holder {
            run.attempt = run.attempt.saturating_add(1);
            holder.clone_into(&mut run.holder);
        }
    }

    /// Everything has ended although nothing ran, as for an ActionSet that cannot begin.
    pub(crate) fn refuse(&mut self, why: &str) {
        self.fail(why);
    }

    /// A request to cancel was seen.
    pub(crate) fn cancelled(&mut self) {
        if let Some(run) = &mut self.status.run
            && run.cancelled_at.is_none()
        {
            run.cancelled_at = Some(clock::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(status: serde_json::Value) -> ActionSet {
        serde_json::from_value(json!({"metadata": {"name": "s"}, "status": status})).unwrap()
    }

    #[test]
    fn every_state_has_a_stage() {
        for (status, stage) in [
            (json!(null), Stage::New),
            (json!({}), Stage::New),
            (json!({"state": "pending"}), Stage::Pending),
            (json!({"state": "running"}), Stage::Foreign),
            (
                json!({"state": "running", "run": {"holder": "a"}}),
                Stage::Ours,
            ),
            (
                json!({"state": "failed", "run": {"holder": "a"}}),
                Stage::Ours,
            ),
            (json!({"state": "failed"}), Stage::Over),
            (json!({"state": "complete"}), Stage::Over),
            (
                json!({"state": "failed", "run": {"finishedAt": "2026-01-01T00:00:00Z"}}),
                Stage::Over,
            ),
        ] {
            assert_eq!(super::stage(&set(status.clone())), stage, "{status}");
        }
    }

    #[test]
    fn the_finalizer_of_others_stays() {
        let mut set = ActionSet::default();
        set.metadata.finalizers = Some(vec!["other".to_owned()]);
        hold(&mut set);
        hold(&mut set);
        assert_eq!(set.metadata.finalizers.as_ref().unwrap().len(), 2);
        assert!(needs_run(&set));
        release(&mut set);
        assert_eq!(set.metadata.finalizers.unwrap(), ["other"]);
    }
}
