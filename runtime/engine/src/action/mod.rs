//! One action of an ActionSet: its phases in order, its deferPhase, what it leaves.

mod artifacts;
mod attempt;
mod condition;
mod defer;
mod launch;
mod phase;
mod phases;
mod resume;

use crate::call::NotesBook;
use crate::control::RunControl;
use crate::params::{Reader, ResolvedProfile, Snapshot};
use crate::patience::patiently;
use crate::record::{Record, RecordError};
use crate::seat::{PhaseAt, Seat, StoreError};
use crate::settings::Settings;
use kanister_api::function::GrantFile;
use kanister_api::{ActionSpec, BlueprintAction, BlueprintPhase};
use kanister_host::capability::kube::Cluster;
use kanister_host::host::Host;
use kanister_host::registry::Function;
use kanister_template::TemplateParams;
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use launch::{AlreadyRead, LaunchError, Launched, blueprint, launch, render_reference};

/// What the person who cancelled reads.
const CANCELLED: &str = "the run was cancelled";

/// What all actions of a run share.
pub(crate) struct RunContext {
    pub(crate) host: Arc<Host>,
    pub(crate) grants: Arc<GrantFile>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) seat: Seat,
    pub(crate) control: RunControl,
    pub(crate) record: Record,
    pub(crate) notes: NotesBook,
    pub(crate) cluster: Cluster,
    pub(crate) reader: Reader,
    /// The ActionSet's name.
    pub(crate) name: String,
    /// The ActionSet's uid.
    pub(crate) uid: String,
}

impl RunContext {
    /// Keeps what an action begins with.
    pub(crate) async fn keep(&self, action: usize, snapshot: &Snapshot) -> Result<(), StoreError> {
        patiently(self.settings.patience, self.control.cancellation(), || {
            self.notes.keep(action, snapshot)
        })
        .await
    }
}

/// An action that was launched: everything it refers to was found.
pub(crate) struct Action {
    run: Arc<RunContext>,
    index: usize,
    spec: ActionSpec,
    blueprint: BlueprintAction,
    phases: Vec<Step>,
    defer: Option<Step>,
    params: TemplateParams,
    /// Whether the subject is a Secret.
    object_is_secret: bool,
    profile: Option<ResolvedProfile>,
    /// Whether its end is recorded already.
    ended: bool,
    /// `.Time`, which a resumed run keeps.
    time: kanister_api::ActionTime,
    /// When the action has to be done, its deferPhase aside.
    deadline: Option<SystemTime>,
}

/// A phase and the function that it calls.
struct Step {
    phase: BlueprintPhase,
    function: Function,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActionEnd {
    Complete,
    Failed,
    /// Another process goes on with it.
    HandedOver,
}

impl Action {
    fn at(&self, step: &Step, deferred: bool) -> PhaseAt {
        PhaseAt {
            action_index: self.index,
            action: self.spec.name.clone(),
            phase: step.phase.name.clone(),
            deferred,
            function: step.phase.func.clone(),
        }
    }

    /// Runs the action to its end.
    pub(crate) async fn run(mut self) -> Result<ActionEnd, RecordError> {
        let end = self.run_phases().await?;
        if end == ActionEnd::HandedOver {
            return Ok(end);
        }
        let end = self.run_defer(end).await?;
        if end == ActionEnd::HandedOver {
            return Ok(end);
        }
        let end = self.leave(end).await?;
        let success = end == ActionEnd::Complete;
        let observer = &self.run.seat.observer;
        observer.action_ended(&self.spec.name, success);
        Ok(end)
    }
}
