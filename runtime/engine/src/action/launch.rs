//! The part of an action that comes before its first phase: everything it refers to is looked up,
//! and nothing is done yet.

use super::{Action, RunContext, Step};
use crate::begin;
use crate::clock;
use crate::control::RunControl;
use crate::failure::template_message;
use crate::params::{Collected, ParamsError, Snapshot, collect, subject_is_secret};
use crate::patience::patiently;
use crate::seat::{Seat, StoreError};
use k8s_openapi::jiff::Timestamp;
use kanister_api::{
    ActionSpec, ActionStatus, ActionTime, Blueprint, BlueprintAction, BlueprintPhase,
    ObjectReference, RunAction,
};
use kanister_host::registry::LookupError;
use kanister_template::{Dialect, Options, Params, Template, TemplateError};
use std::sync::Arc;
use std::time::Duration;

/// Why an action was not launched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LaunchError {
    #[error(transparent)]
    Begin(#[from] begin::BeginError),
    #[error("{}", preferred(.0))]
    Function(#[from] LookupError),
    #[error(transparent)]
    Params(#[from] ParamsError),
    #[error("{}", template_message(.0))]
    Template(#[from] TemplateError),
    /// The Blueprint changed between the ActionSet's beginning and now.
    #[error(
        "the Blueprint {blueprint} has other phases in its action {action} than when the ActionSet \
         began; create the ActionSet again"
    )]
    Changed { blueprint: String, action: String },
    #[error("the Blueprint cannot be read: {0}")]
    Store(#[from] StoreError),
    #[error("the parameters cannot be kept for a run that is resumed: {0}")]
    Notes(StoreError),
}

/// Upstream's words for a version that is none.
fn preferred(error: &LookupError) -> String {
    match error {
        LookupError::BadVersion { version, .. } => format!(
            "Failed to get function version: Failed to parse function version {{{version}}}: \
             Invalid Semantic Version"
        ),
        other => other.to_string(),
    }
}

/// What was read of an action a moment ago.
pub(crate) struct AlreadyRead {
    pub(crate) blueprint: Blueprint,
    pub(crate) collected: Result<Collected, ParamsError>,
}

/// An action that can begin.
pub(crate) struct Launched {
    pub(crate) action: Action,
    /// What has to be kept before anything is done, for whoever goes on with the action.
    pub(crate) keep: Option<Snapshot>,
}

/// Looks up what an action needs, but for what was `read` already. `status` and `journal` are what is
/// recorded of it.
pub(crate) async fn launch(
    run: &Arc<RunContext>,
    index: usize,
    spec: &ActionSpec,
    (status, journal): (&ActionStatus, &RunAction),
    read: Option<AlreadyRead>,
) -> Result<Launched, LaunchError> {
    let (blueprint, collected) = match read {
        Some(AlreadyRead {
            blueprint,
            collected,
        }) => (Some(blueprint), Some(collected)),
        None => {
            let patience = run.settings.patience;
            let read = blueprint(&run.seat, &run.control, patience, &status.blueprint);
            (read.await?, None)
        }
    };
    let action = begin::action(spec, blueprint.as_ref())?.clone();
    same_phases(spec, status, &action)?;
    let time = journal.time.unwrap_or_else(|| ActionTime(Timestamp::now()));
    let begun = journal.time.is_some();
    let Collected {
        params,
        snapshot,
        profile,
    } = match collected {
        Some(collected) => collected?,
        None => {
            let kept = match begun {
                true => run.notes.snapshot(index).await,
                false => None,
            };
            collect(&run.reader, spec, kept).await?
        }
    };
    let step = |phase: &BlueprintPhase| step(run, spec, phase);
    let mut phases = action
        .phases
        .iter()
        .map(step)
        .collect::<Result<Vec<_>, _>>()?;
    let mut defer = action.defer_phase.as_ref().map(step).transpose()?;
    // References are rendered before anything runs, so they cannot name outputs, as upstream has it.
    let rendered = Params::new(&params);
    for step in phases.iter_mut().chain(&mut defer) {
        for reference in step.phase.objects.values_mut() {
            render_reference(reference, &rendered, &run.settings.templates)?;
        }
    }
    let later = phases.len() > 1 || defer.is_some() || !status.artifacts.is_empty();
    let keep = (later && !begun).then_some(snapshot);
    let timeout = spec.timeout.as_ref().or(action.timeout.as_ref());
    let deadline =
        timeout.and_then(|timeout| clock::after(&kanister_api::Time(time.0), timeout.length()));
    let mut params = params;
    params.time = time.to_string();
    let action = Action {
        run: Arc::clone(run),
        index,
        object_is_secret: subject_is_secret(&spec.object),
        spec: spec.clone(),
        blueprint: action,
        phases,
        defer,
        params,
        profile,
        deadline,
        ended: false,
        time,
    };
    Ok(Launched { action, keep })
}

/// A Blueprint as it is now; none if it is not there or not named.
pub(crate) async fn blueprint(
    seat: &Seat,
    control: &RunControl,
    patience: Duration,
    name: &str,
) -> Result<Option<Blueprint>, StoreError> {
    if name.is_empty() {
        return Ok(None);
    }
    patiently(patience, control.cancellation(), || {
        seat.store.blueprint(name)
    })
    .await
}

/// The record has a place for each phase, so the Blueprint must have them still.
fn same_phases(
    spec: &ActionSpec,
    status: &ActionStatus,
    action: &BlueprintAction,
) -> Result<(), LaunchError> {
    let recorded = status.phases.iter().map(|phase| phase.name.as_str());
    let now = action.phases.iter().map(|phase| phase.name.as_str());
    let defer = action
        .defer_phase
        .as_ref()
        .map_or("", |it| it.name.as_str());
    if recorded.eq(now) && status.defer_phase.name == defer {
        return Ok(());
    }
    Err(LaunchError::Changed {
        blueprint: status.blueprint.clone(),
        action: spec.name.clone(),
    })
}

fn step(run: &RunContext, spec: &ActionSpec, phase: &BlueprintPhase) -> Result<Step, LookupError> {
    let found = run
        .host
        .registry()
        .find(&phase.func, &spec.preferred_version)?;
    if let Some(version) = found.instead_of {
        tracing::info!(
            function = phase.func,
            "there is no version v{version}; the default version runs instead"
        );
    }
    Ok(Step {
        phase: phase.clone(),
        function: found.function,
    })
}

/// The object that a phase refers to: every field is a template.
pub(crate) fn render_reference(
    reference: &mut ObjectReference,
    params: &Params,
    options: &Options,
) -> Result<(), TemplateError> {
    let ObjectReference {
        api_version,
        group,
        resource,
        kind,
        name,
        namespace,
        unknown: _,
    } = reference;
    for text in [api_version, group, resource, kind, name, namespace] {
        let rendered = Template::parse(text, Dialect::GoArguments)?.render(params, options)?;
        *text = rendered.reveal().into_owned();
    }
    Ok(())
}
