//! The status of an ActionSet before anything has run.

use crate::seat::RunEvent;
use kanister_api::{ActionSpec, ActionStatus, Blueprint, BlueprintAction, Phase, State};

/// Why an ActionSet cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BeginError {
    /// An action names no Blueprint.
    #[error("Blueprint is not specified for action")]
    NoBlueprint,
    /// The Blueprint is not there.
    #[error("Failed to query blueprint: blueprints.cr.kanister.io {0:?} not found")]
    LostBlueprint(String),
    /// The Blueprint has no such action.
    #[error("Action {action} for object kind {kind} not found in blueprint {blueprint}")]
    LostAction {
        action: String,
        kind: String,
        blueprint: String,
    },
}

impl BeginError {
    /// The event that tells of it.
    pub(crate) fn event(&self) -> RunEvent {
        let why = self.to_string();
        match self {
            Self::NoBlueprint => RunEvent::no_blueprint(&why),
            Self::LostBlueprint(_) => RunEvent::lost_blueprint(&why),
            Self::LostAction {
                action, blueprint, ..
            } => RunEvent::lost_action(action, blueprint, &why),
        }
    }
}

/// The action of a Blueprint that an ActionSet means.
pub(crate) fn action<'a>(
    spec: &ActionSpec,
    blueprint: Option<&'a Blueprint>,
) -> Result<&'a BlueprintAction, BeginError> {
    if spec.blueprint.is_empty() {
        return Err(BeginError::NoBlueprint);
    }
    let blueprint = blueprint.ok_or_else(|| BeginError::LostBlueprint(spec.blueprint.clone()))?;
    blueprint
        .actions
        .get(&spec.name)
        .ok_or_else(|| BeginError::LostAction {
            action: spec.name.clone(),
            kind: spec.object.kind.clone(),
            blueprint: spec.blueprint.clone(),
        })
}

/// The status of actions that have not begun, each with its Blueprint if that is there. The first that
/// cannot begin is the error.
pub(crate) fn skeletons<'a>(
    actions: &[ActionSpec],
    blueprints: impl Iterator<Item = Option<&'a Blueprint>>,
) -> Result<Vec<ActionStatus>, BeginError> {
    let each = actions.iter().zip(blueprints);
    each.map(|(spec, blueprint)| Ok(skeleton(spec, action(spec, blueprint)?)))
        .collect()
}

/// The status of an action that has not begun: its phases, and the templates of what it leaves.
fn skeleton(spec: &ActionSpec, action: &BlueprintAction) -> ActionStatus {
    let pending = |name: &str| Phase {
        name: name.to_owned(),
        state: State::Pending,
        ..Phase::default()
    };
    ActionStatus {
        name: spec.name.clone(),
        object: spec.object.clone(),
        blueprint: spec.blueprint.clone(),
        phases: action
            .phases
            .iter()
            .map(|phase| pending(&phase.name))
            .collect(),
        artifacts: action.output_artifacts.clone(),
        defer_phase: action
            .defer_phase
            .as_ref()
            .map(|phase| pending(&phase.name))
            .unwrap_or_default(),
        ..ActionStatus::default()
    }
}
