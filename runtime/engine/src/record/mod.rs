//! The record of a run: the one place that writes an ActionSet.

mod lifecycle;
mod phase;
mod progress;

use crate::clock;
use crate::control::RunControl;
use crate::seat::{RunStore, StoreError};
use kanister_api::{ActionSet, ActionSetStatus, ActionStatus, Run, RunAction, State};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

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
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// The object as the store has it.
    stored: ActionSet,
    /// The status as it shall be.
    pub(crate) status: ActionSetStatus,
    /// Which actions have ended, deferPhases included.
    ended: Vec<bool>,
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

    /// Changes the status and writes it; durable when it returns. What changes nothing is not
    /// written, nor is anything while the ActionSet is being deleted.
    pub(crate) async fn update(
        &self,
        change: impl FnOnce(&mut Live) + Send,
    ) -> Result<(), RecordError> {
        let mut live = self.live.lock().await;
        let before = live.status.clone();
        change(&mut live);
        let finished = live.settle(&before);
        let result = self.write(&mut live, finished).await;
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
                    return Ok(());
                }
                Err(StoreError::Conflict) => {
                    let fresh = load(&*self.store).await?;
                    self.still_ours(&fresh)?;
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
    fn still_ours(&self, fresh: &ActionSet) -> Result<(), RecordError> {
        let status = fresh.status.as_ref();
        match status.and_then(|status| status.run.as_ref()) {
            Some(Run { holder, .. }) if *holder != self.holder => {
                Err(RecordError::Superseded(holder.clone()))
            }
            // Claimed by a controller that keeps no journal.
            None if status.is_some_and(|status| status.state == State::Running) => {
                Err(RecordError::Superseded("another controller".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Live {
    /// Brings the sums up to date, and ends the whole if all actions have ended. Answers whether
    /// it is over.
    fn settle(&mut self, before: &ActionSetStatus) -> bool {
        let now = clock::now();
        progress::sum(&mut self.status, before, &now);
        // The claim is a transition of its own, also where there is nothing to run.
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
