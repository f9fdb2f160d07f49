//! The record of a run: the one place that writes an ActionSet.

mod held;
mod lifecycle;
mod phase;
mod progress;

use crate::clock;
use crate::control::RunControl;
use crate::seat::{EventSink, RunStore, StoreError};
use kanister_api::{ActionSet, ActionSetStatus, ActionStatus, Run, RunAction, State};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

pub(crate) use held::HeldBack;
pub use lifecycle::{FINALIZER, needs_run};
pub(crate) use lifecycle::{Stage, stage};
pub(crate) use progress::apply as apply_progress;

/// The pauses between attempts to reach a store that does not answer.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Why a transition was not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    /// The ActionSet is gone: nothing can be recorded any more.
    #[error("the ActionSet is gone")]
    Gone,
    /// Another process runs it now.
    #[error("the ActionSet is run by {0} now")]
    Superseded(String),
    /// The store refuses what is to be written.
    #[error("the ActionSet cannot be written: {0}")]
    Rejected(String),
}

/// The record of one run. Clones are the same record.
#[derive(Clone)]
pub(crate) struct Record {
    store: Arc<dyn RunStore>,
    control: RunControl,
    holder: String,
    /// Held during writes, so that transitions of parallel actions follow each other.
    live: Arc<Mutex<Live>>,
}

/// What is in memory of the record.
pub(crate) struct Live {
    /// The object as the store has it.
    stored: ActionSet,
    /// The status as it shall be.
    pub(crate) status: ActionSetStatus,
    /// Which actions have ended, deferPhases included.
    ended: Vec<bool>,
    /// What is told once the claim is written.
    held: Option<Arc<HeldBack>>,
}

impl Live {
    /// The status of an action.
    pub(crate) fn action(&mut self, index: usize) -> Option<&mut ActionStatus> {
        self.status.actions.get_mut(index)
    }

    /// The journal of an action.
    pub(crate) fn journal(&mut self, index: usize) -> Option<&mut RunAction> {
        let run = self.status.run.get_or_insert_default();
        if run.actions.len() <= index {
            run.actions.resize_with(index + 1, RunAction::default);
        }
        run.actions.get_mut(index)
    }

    /// The whole has failed, and why; the first reason stays.
    pub(crate) fn fail(&mut self, why: &str) {
        self.status.state = State::Failed;
        self.status.progress.running_phase.clear();
        if self.status.error.message.is_empty() {
            why.clone_into(&mut self.status.error.message);
        }
    }

    /// An action has ended, its deferPhase included.
    pub(crate) fn end(&mut self, index: usize) {
        if let Some(ended) = self.ended.get_mut(index) {
            *ended = true;
        }
        if let Some(journal) = self.journal(index)
            && journal.finished_at.is_none()
        {
            journal.finished_at = Some(clock::now());
        }
        let running = &mut self.status.progress.running_phase;
        let own = self.status.actions.get(index).is_some_and(|action| {
            action.defer_phase.name == *running
                || action.phases.iter().any(|phase| phase.name == *running)
        });
        if own || self.status.state == State::Failed {
            running.clear();
        }
    }
}

impl Record {
    /// Reads the ActionSet.
    pub(crate) async fn open(
        store: Arc<dyn RunStore>,
        control: RunControl,
        holder: &str,
    ) -> Result<Self, RecordError> {
        let stored = load(&*store).await?;
        control.observed(&stored);
        let status = stored.status.clone().unwrap_or_default();
        let actions = stored.spec.as_ref().map_or(0, |spec| spec.actions.len());
        Ok(Self {
            store,
            control,
            holder: holder.to_owned(),
            live: Arc::new(Mutex::new(Live {
                stored,
                status,
                ended: vec![false; actions],
                held: None,
            })),
        })
    }

    /// The ActionSet as it was last stored.
    pub(crate) async fn stored(&self) -> ActionSet {
        self.live.lock().await.stored.clone()
    }

    /// The status as it is in memory.
    pub(crate) async fn status(&self) -> ActionSetStatus {
        self.live.lock().await.status.clone()
    }

    /// Whether the ActionSet is being deleted.
    pub(crate) async fn is_deleted(&self) -> bool {
        let live = self.live.lock().await;
        live.stored.metadata.deletion_timestamp.is_some()
    }

    /// Removes the finalizer from an ActionSet that has ended.
    pub(crate) async fn free(&self) -> Result<(), RecordError> {
        let mut live = self.live.lock().await;
        self.write(&mut live, true).await
    }

    /// Claims the ActionSet with the next write, and answers with where its events wait until then.
    /// Until then nothing may be done but reading: another process may claim it first.
    pub(crate) async fn intend_claim(&self, events: Arc<dyn EventSink>) -> Arc<HeldBack> {
        let held = Arc::new(HeldBack::new(events));
        let mut live = self.live.lock().await;
        live.claim(&self.holder);
        live.held = Some(Arc::clone(&held));
        held
    }

    /// Writes the claim, unless it is written.
    pub(crate) async fn claimed(&self) -> Result<(), RecordError> {
        let mut live = self.live.lock().await;
        self.write_claim(&mut live).await
    }

    async fn write_claim(&self, live: &mut Live) -> Result<(), RecordError> {
        if live.is_claimed() {
            return Ok(());
        }
        self.write(live, false).await
    }

    /// Changes the status and writes it; durable when it returns. What changes nothing is not
    /// written, nor is anything while the ActionSet is being deleted. The claim is a transition of
    /// its own, which comes before.
    pub(crate) async fn update(
        &self,
        change: impl FnOnce(&mut Live) + Send,
    ) -> Result<(), RecordError> {
        let mut live = self.live.lock().await;
        self.write_claim(&mut live).await?;
        self.change(&mut live, change).await
    }

    /// As [`update`](Self::update), in one write with the claim if that is not written yet: for what
    /// follows upon it anyway.
    pub(crate) async fn update_with_claim(
        &self,
        change: impl FnOnce(&mut Live) + Send,
    ) -> Result<(), RecordError> {
        let mut live = self.live.lock().await;
        self.change(&mut live, change).await
    }

    async fn change(
        &self,
        live: &mut Live,
        change: impl FnOnce(&mut Live) + Send,
    ) -> Result<(), RecordError> {
        let before = live.status.clone();
        change(live);
        let finished = live.settle(&before);
        let result = self.write(live, finished).await;
        if let Err(RecordError::Rejected(_)) = &result {
            // What is refused did not happen; the caller records why instead.
            live.status = before;
        }
        result
    }

    /// Writes the status of `live` over whatever else changed in the object.
    async fn write(&self, live: &mut Live, finished: bool) -> Result<(), RecordError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let mut next = live.stored.clone();
            if next.metadata.deletion_timestamp.is_none() {
                next.status = Some(live.status.clone());
            }
            if finished {
                lifecycle::release(&mut next);
            } else if live.status.state == State::Running {
                lifecycle::hold(&mut next);
            }
            if next == live.stored {
                return Ok(());
            }
            match self.store.replace(&next).await {
                Ok(stored) => {
                    self.control.observed(&stored);
                    live.stored = stored;
                    if live.is_claimed()
                        && let Some(held) = live.held.take()
                    {
                        held.release();
                    }
                    return Ok(());
                }
                Err(StoreError::Conflict) => {
                    let fresh = load(&*self.store).await?;
                    self.still_ours(live, &fresh)?;
                    self.control.observed(&fresh);
                    live.stored = fresh;
                }
                Err(StoreError::Gone) => return Err(RecordError::Gone),
                Err(StoreError::Rejected(why)) => return Err(RecordError::Rejected(why)),
                Err(StoreError::Unavailable(why)) => {
                    tracing::warn!(%why, "the ActionSet cannot be written; trying again");
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Whether another process took the run over.
    fn still_ours(&self, live: &Live, fresh: &ActionSet) -> Result<(), RecordError> {
        let status = fresh.status.as_ref();
        let (before, now) = (stage(&live.stored), stage(fresh));
        match status.and_then(|status| status.run.as_ref()) {
            Some(Run { holder, .. }) if *holder != self.holder => {
                Err(RecordError::Superseded(holder.clone()))
            }
            // Claimed by a controller that keeps no journal, which may be done with it by now.
            None if now == Stage::Foreign || before.is_unclaimed() && !now.is_unclaimed() => {
                Err(RecordError::Superseded("another controller".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Live {
    /// Whether the store has the claim, if there is one.
    fn is_claimed(&self) -> bool {
        let stored = self.stored.status.as_ref();
        self.status.run.is_none() || stored.is_some_and(|status| status.run.is_some())
    }

    /// Brings the sums up to date, and ends the whole if all actions have ended. Answers whether
    /// it is over.
    fn settle(&mut self, before: &ActionSetStatus) -> bool {
        let now = clock::now();
        progress::sum(&mut self.status, before, &now);
        let claimed = before.run.is_some();
        let over = claimed && self.ended.iter().all(|ended| *ended);
        if over {
            if self.status.state != State::Failed {
                self.status.state = State::Complete;
            }
            self.status.progress.running_phase.clear();
            if let Some(run) = &mut self.status.run
                && run.finished_at.is_none()
            {
                run.finished_at = Some(now);
            }
        }
        over
    }
}

/// Reads the ActionSet, however long the store does not answer.
async fn load(store: &dyn RunStore) -> Result<ActionSet, RecordError> {
    let mut pause = FIRST_PAUSE;
    loop {
        match store.load().await {
            Ok(action_set) => return Ok(action_set),
            Err(StoreError::Gone) => return Err(RecordError::Gone),
            Err(StoreError::Rejected(why)) => return Err(RecordError::Rejected(why)),
            Err(StoreError::Conflict | StoreError::Unavailable(_)) => {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests;
