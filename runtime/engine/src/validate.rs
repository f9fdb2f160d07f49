//! Which ActionSets can be run at all. The rules are upstream's.

use kanister_api::{ActionSet, ActionSetSpec, ActionSetStatus, ActionSpec, ActionStatus, State};

/// Why an ActionSet cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// There is no `spec`.
    #[error("Spec must be non-nil: Validation Failed")]
    NoSpec,
    /// The subject is of no kind that is known by name, and not given as a resource either.
    #[error(
        "Not a known object Kind {kind:?}. Action {action} must specify Resource name and API \
         version: Validation Failed"
    )]
    Subject {
        /// The action.
        action: String,
        /// The kind of its subject.
        kind: String,
    },
    /// The status has another number of actions.
    #[error("Number of actions in status actions and spec must match: Validation Failed")]
    Count,
    /// A phase has begun although the one before it is not complete.
    #[error(
        "Phase {phase} of action {action} has begun although the one before it is not complete: \
         Validation Failed"
    )]
    Order {
        /// The action.
        action: String,
        /// The phase.
        phase: String,
    },
    /// A state that does not exist.
    #[error("{what} has the unknown state {state:?}: Validation Failed")]
    State {
        /// Of what.
        what: String,
        /// The state.
        state: String,
    },
    /// The ActionSet is complete and a phase is not.
    #[error("ActionSet cannot be complete if any actions are not complete: Validation Failed")]
    Incomplete,
}

/// The kinds of subjects that need neither resource nor version.
const KINDS: [&str; 6] = [
    "statefulset",
    "deployment",
    "pvc",
    "deploymentconfig",
    "namespace",
    "unstructured",
];

/// Whether an ActionSet can be run.
///
/// # Errors
/// The first thing that is wrong.
pub fn validate(action_set: &ActionSet) -> Result<(), ValidationError> {
    let spec = action_set.spec.as_ref().ok_or(ValidationError::NoSpec)?;
    spec.actions.iter().try_for_each(subject)?;
    match &action_set.status {
        Some(status) => self::status(spec, status),
        None => Ok(()),
    }
}

fn subject(action: &ActionSpec) -> Result<(), ValidationError> {
    let kind = action.object.kind.to_ascii_lowercase();
    let by_resource = !action.object.api_version.is_empty() && !action.object.resource.is_empty();
    if KINDS.contains(&kind.as_str()) || by_resource {
        return Ok(());
    }
    Err(ValidationError::Subject {
        action: action.name.clone(),
        kind: action.object.kind.clone(),
    })
}

fn status(spec: &ActionSetSpec, status: &ActionSetStatus) -> Result<(), ValidationError> {
    if spec.actions.len() != status.actions.len() {
        return Err(ValidationError::Count);
    }
    known("the ActionSet", &status.state)?;
    for action in &status.actions {
        phases(action)?;
        let unfinished = |state: &State| matches!(state, State::Running | State::Pending);
        if status.state == State::Complete
            && action.phases.iter().any(|phase| unfinished(&phase.state))
        {
            return Err(ValidationError::Incomplete);
        }
    }
    Ok(())
}

fn phases(action: &ActionStatus) -> Result<(), ValidationError> {
    let mut complete = true;
    for phase in &action.phases {
        known(
            &format!("phase {} of action {}", phase.name, action.name),
            &phase.state,
        )?;
        if !complete && phase.state != State::Pending {
            return Err(ValidationError::Order {
                action: action.name.clone(),
                phase: phase.name.clone(),
            });
        }
        complete = phase.state == State::Complete;
    }
    Ok(())
}

fn known(what: &str, state: &State) -> Result<(), ValidationError> {
    match state {
        State::Pending | State::Running | State::Failed | State::Complete => Ok(()),
        other => Err(ValidationError::State {
            what: what.to_owned(),
            state: other.as_str().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(object: serde_json::Value, status: serde_json::Value) -> ActionSet {
        serde_json::from_value(json!({
            "metadata": {"name": "s"},
            "spec": {"actions": [{"name": "a", "blueprint": "b", "object": object}]},
            "status": status,
        }))
        .unwrap()
    }

    fn states(state: &str, phases: &[&str]) -> serde_json::Value {
        let phases: Vec<_> = phases
            .iter()
            .map(|state| json!({"name": "p", "state": state}))
            .collect();
        json!({"state": state, "actions": [{"name": "a", "phases": phases}]})
    }

    #[test]
    fn subjects_are_known_by_kind_or_given_as_resources() {
        let none = json!(null);
        for object in [
            json!({"kind": "StatefulSet"}),
            json!({"kind": "PVC"}),
            json!({"apiVersion": "v1", "resource": "configmaps"}),
        ] {
            assert_eq!(validate(&set(object, none.clone())), Ok(()));
        }
        for object in [
            json!({"kind": "PersistentVolumeClaim"}),
            json!({"apiVersion": "v1"}),
            json!({"resource": "configmaps"}),
            json!({}),
        ] {
            let error = validate(&set(object, none.clone())).unwrap_err();
            assert!(matches!(error, ValidationError::Subject { .. }), "{error}");
        }
        assert_eq!(validate(&ActionSet::default()), Err(ValidationError::NoSpec));
    }

    #[test]
    fn states_fit_together() {
        let object = json!({"kind": "namespace"});
        for (state, phases) in [
            ("pending", &["pending", "pending"][..]),
            ("running", &["complete", "running", "pending"]),
            ("failed", &["complete", "failed", "pending"]),
            ("complete", &["complete"]),
            ("running", &[]),
        ] {
            assert_eq!(validate(&set(object.clone(), states(state, phases))), Ok(()));
        }
        for (state, phases) in [
            ("running", &["running", "running"][..]),
            ("running", &["pending", "complete"]),
            ("complete", &["pending"]),
            ("ready", &[]),
            ("running", &[""]),
        ] {
            assert!(validate(&set(object.clone(), states(state, phases))).is_err());
        }
        let count = json!({"state": "pending", "actions": []});
        assert_eq!(validate(&set(object, count)), Err(ValidationError::Count));
    }
}
