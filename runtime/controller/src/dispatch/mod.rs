//! Which ActionSet runs when.
//!
//! One task decides; it is told what the watches see and how runs end. An ActionSet that this
//! process is done with is not touched again, whatever a watch tells late of it.

mod line;
mod run;
mod table;

use crate::expiry::Expiry;
use crate::key::Key;
use crate::seat::{About, EventQueue};
use crate::settings::Settings;
use crate::telemetry::Metrics;
use crate::watch::{Change, Pause};
use kanister_api::ActionSet;
use kanister_engine::{CancelReason, EventKind, NotOurs, RunEnd, RunError, RunHandle, needs_run};
use kube::ResourceExt as _;
use kube::core::DeserializeGuard;
use std::collections::HashMap;
use std::time::Duration;
use table::Table;
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

pub(crate) use run::Runner;

/// What a watch of ActionSets tells, and of which namespace.
pub(crate) type Told = (String, Change<DeserializeGuard<ActionSet>>);

/// Decides which ActionSet runs when.
pub(crate) struct Dispatcher {
    runner: Runner,
    concurrency: usize,
    events: EventQueue,
    expiry: Expiry,
    metrics: Metrics,
    table: Table,
    runs: JoinSet<Result<RunEnd, RunError>>,
    /// Whose run a task is.
    tasks: HashMap<Id, Key>,
    active: HashMap<Key, Active>,
    /// Runs that could not go on, until they are tried again.
    pauses: JoinSet<(Key, Failed)>,
}

/// A run that goes on.
struct Active {
    uid: String,
    handle: RunHandle,
    failed: Failed,
    /// The ActionSet is not there any more.
    gone: bool,
}

/// A run that could not go on before.
#[derive(Debug)]
struct Failed {
    uid: String,
    line: String,
    pause: Pause,
}

/// Whether every run came to its end or to a point where another process can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    Yes,
    /// Some calls still run.
    No,
}

impl Dispatcher {
    pub(crate) fn new(
        runner: Runner,
        settings: &Settings,
        events: EventQueue,
        expiry: Expiry,
        metrics: Metrics,
    ) -> Self {
        Self {
            runner,
            concurrency: settings.concurrency.max(1),
            events,
            expiry,
            metrics,
            table: Table::default(),
            runs: JoinSet::new(),
            tasks: HashMap::new(),
            active: HashMap::new(),
            pauses: JoinSet::new(),
        }
    }

    /// Runs ActionSets until `stop`. It can be called again to go on.
    pub(crate) async fn run(
        &mut self,
        told: &mut mpsc::Receiver<Told>,
        stop: impl Future<Output = ()>,
    ) {
        tokio::pin!(stop);
        loop {
            self.start_next();
            tokio::select! {
                () = &mut stop => return,
                change = told.recv() => match change {
                    Some((namespace, change)) => self.change(namespace, change),
                    None => return,
                },
                Some(ended) = self.runs.join_next_with_id() => self.ended(ended),
                Some(Ok((key, failed))) = self.pauses.join_next() => self.again(key, failed),
            }
        }
    }

    /// Asks all runs to come to a point where another process can go on, and waits for that.
    pub(crate) async fn hand_over(&mut self, patience: Duration) -> Quiet {
        for active in self.active.values() {
            active.handle.hand_over();
        }
        let until = Instant::now() + patience;
        while !self.active.is_empty() {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Quiet::No,
                Some(ended) = self.runs.join_next_with_id() => self.ended(ended),
            }
        }
        Quiet::Yes
    }

    fn change(&mut self, namespace: String, change: Change<DeserializeGuard<ActionSet>>) {
        match change {
            Change::Applied {
                object: DeserializeGuard(Ok(action_set)),
                new: _,
            } => {
                let name = action_set.name_any();
                self.applied(Key { namespace, name }, action_set);
            }
            Change::Applied {
                object: DeserializeGuard(Err(invalid)),
                new: _,
            } => self.unreadable(namespace, &invalid),
            Change::Deleted(name) => self.deleted(&Key { namespace, name }),
            Change::Synced => {}
        }
    }

    fn applied(&mut self, key: Key, action_set: ActionSet) {
        let uid = action_set.uid().unwrap_or_default();
        if let Some(active) = self.active.get_mut(&key) {
            if active.uid == uid {
                active.handle.observed(&action_set);
                return;
            }
            // Another one of the same name: the run that goes on is of one that is gone.
            active.gone = true;
            active.handle.cancel(CancelReason::Deleted);
        }
        self.expiry.consider(&key, &action_set);
        if needs_run(&action_set) {
            let line = line::line_of(&action_set);
            self.table.wait(key, uid, &line, Some(action_set));
        }
        self.metrics.queued(self.table.waiting());
    }

    /// Nothing can be run of it, and a status cannot be written without losing what is there.
    fn unreadable(
        &mut self,
        namespace: String,
        invalid: &kube::core::error_boundary::InvalidObject,
    ) {
        let name = invalid.metadata.name.clone().unwrap_or_default();
        let uid = invalid.metadata.uid.clone();
        let key = Key { namespace, name };
        if !self.table.done(&key, uid.as_deref().unwrap_or_default()) {
            return;
        }
        let why = format!("the ActionSet cannot be read: {}", invalid.error);
        tracing::warn!(action_set = %key, why, "the ActionSet is left alone");
        let about = About {
            kind: "ActionSet",
            namespace: key.namespace,
            name: key.name,
            uid,
        };
        self.events.push(&about, EventKind::Warning, "Error", &why);
    }

    fn deleted(&mut self, key: &Key) {
        if let Some(active) = self.active.get_mut(key) {
            active.gone = true;
            active.handle.cancel(CancelReason::Deleted);
        }
        self.table.forget(key);
        self.metrics.queued(self.table.waiting());
    }

    /// Starts what is next, as long as there is room.
    fn start_next(&mut self) {
        while self.active.len() < self.concurrency {
            let Some((key, waiting)) = self.table.next(|key| self.active.contains_key(key)) else {
                break;
            };
            let (handle, run) = self.runner.start(&key, &waiting.uid, waiting.seen);
            self.metrics.run_began();
            let task = self.runs.spawn(run);
            self.tasks.insert(task.id(), key.clone());
            let active = Active {
                failed: Failed {
                    uid: waiting.uid.clone(),
                    line: waiting.line,
                    pause: waiting.pause,
                },
                uid: waiting.uid,
                handle,
                gone: false,
            };
            self.active.insert(key, active);
        }
        self.metrics.queued(self.table.waiting());
    }

    fn ended(&mut self, ended: Result<(Id, Result<RunEnd, RunError>), JoinError>) {
        let (id, result) = match ended {
            Ok((id, result)) => (id, result.map_err(|error| error.to_string())),
            Err(error) => (error.id(), Err(format!("the run broke: {error}"))),
        };
        let Some(key) = self.tasks.remove(&id) else {
            return;
        };
        let Some(active) = self.active.remove(&key) else {
            return;
        };
        let end = match result {
            Ok(end) => end,
            Err(error) => {
                self.metrics.run_ended("interrupted");
                self.metrics.run_failed_to_go_on();
                tracing::warn!(action_set = %key, run = active.uid, error, "the run cannot go on now; it is tried again");
                if !active.gone {
                    let mut failed = active.failed;
                    self.pauses.spawn(async move {
                        failed.pause.wait(None).await;
                        (key, failed)
                    });
                }
                return;
            }
        };
        let word = word(&end);
        self.metrics.run_ended(word);
        tracing::info!(action_set = %key, run = active.uid, end = word, "the run ended");
        if end != RunEnd::HandedOver && !active.gone {
            self.table.done(&key, &active.uid);
        }
    }

    /// A run that could not go on is tried again; it reads its ActionSet anew.
    fn again(&mut self, key: Key, failed: Failed) {
        let Failed { uid, line, pause } = failed;
        self.table.wait_again(key, uid, &line, pause);
    }
}

fn word(end: &RunEnd) -> &'static str {
    match end {
        RunEnd::Complete => "complete",
        RunEnd::Failed(_) => "failed",
        RunEnd::Deleted => "deleted",
        RunEnd::HandedOver => "handed over",
        RunEnd::NotOurs(NotOurs::Over) => "was over",
        RunEnd::NotOurs(NotOurs::Foreign) => "foreign",
        RunEnd::NotOurs(NotOurs::Taken(_)) => "taken",
    }
}
