//! Why a phase failed, as people read it.

use kanister_host::arguments::{MISSING, UNSUPPORTED};
use kanister_host::call::{CallError, FieldError};
use kanister_template::{ArgumentError, TemplateError};
use serde_json::{Map, Value};

/// Why a phase failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PhaseFailure {
    /// What went wrong, with no secret in it.
    pub(crate) message: String,
    /// Facts that belong to it: the argument, the pod.
    pub(crate) details: Map<String, Value>,
    pub(crate) kind: FailureKind,
}

/// What may be done about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The function says that the same call may succeed later.
    Retryable,
    /// It is final unless the Blueprint says otherwise.
    Permanent,
    /// It is final whatever the Blueprint says: a denial, wrong arguments, a template.
    Final,
    /// It was asked to stop.
    Cancelled,
}

impl PhaseFailure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            details: Map::new(),
            kind,
        }
    }

    pub(crate) fn final_(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Final, message)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The text for `status.error.message`: the facts as a JSON object in front, as upstream has it.
    pub(crate) fn text(&self, action: &str, phase: &str) -> String {
        let mut facts = Map::new();
        facts.insert("action".to_owned(), action.into());
        facts.insert("phase".to_owned(), phase.into());
        for (name, value) in &self.details {
            // Flat facts only: tools look for the first closing brace.
            if value.is_string() || value.is_number() || value.is_boolean() {
                facts.insert(name.clone(), value.clone());
            }
        }
        format!("{}: {}", Value::Object(facts), self.message)
    }
}

impl From<ArgumentError> for PhaseFailure {
    fn from(error: ArgumentError) -> Self {
        let ArgumentError { path, source } = error;
        Self::from(source).with("argument", &path)
    }
}

impl From<TemplateError> for PhaseFailure {
    fn from(error: TemplateError) -> Self {
        Self::final_(template_message(&error))
    }
}

/// Upstream's words for a missing key; Go's for everything else.
pub(crate) fn template_message(error: &TemplateError) -> String {
    if error.missing_key().is_some() {
        error.controller_message()
    } else {
        error.to_string()
    }
}

/// The failure of a call, in upstream's words for what is wrong with arguments.
pub(crate) fn of_call(function: &str, error: CallError) -> PhaseFailure {
    match error {
        CallError::InvalidArguments(errors) => {
            let text = arguments(function, &errors);
            let mut failure = PhaseFailure::final_(text);
            if let Some(FieldError { path, .. }) = errors.first().filter(|it| !it.path.is_empty()) {
                failure = failure.with("argument", path);
            }
            failure
        }
        CallError::Cancelled(cause) => PhaseFailure::new(FailureKind::Cancelled, cause.message),
        CallError::Retryable(cause) => of_cause(FailureKind::Retryable, cause),
        CallError::Permanent(cause) => of_cause(FailureKind::Permanent, cause),
        busy @ CallError::Busy(_) => PhaseFailure::new(FailureKind::Retryable, busy.to_string()),
        denied @ (CallError::Denied(_) | CallError::Grants(_)) => {
            PhaseFailure::final_(denied.to_string())
        }
        other @ (CallError::Limit(_) | CallError::Trapped(_) | CallError::Malformed(_)) => {
            PhaseFailure::new(FailureKind::Permanent, other.to_string())
        }
    }
}

fn of_cause(kind: FailureKind, cause: kanister_host::call::Cause) -> PhaseFailure {
    let mut failure = PhaseFailure::new(kind, cause.message);
    if let Some(Value::Object(details)) = cause.details {
        failure.details = details;
    }
    failure
}

/// Upstream checks what is missing before what is too much, and tells the first.
fn arguments(function: &str, errors: &[FieldError]) -> String {
    let first = |prefix: &str| {
        errors
            .iter()
            .find(|error| error.message.starts_with(prefix))
    };
    if let Some(missing) = first(MISSING) {
        return format!(
            "Required args missing for function {function}: {}",
            missing.message
        );
    }
    let unsupported = |error: &&FieldError| error.message.ends_with(UNSUPPORTED);
    if let Some(unsupported) = errors.iter().find(unsupported) {
        return format!(
            "Checking supported args for function {function}.: {}",
            unsupported.message
        );
    }
    let all: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str, message: &str) -> FieldError {
        FieldError {
            path: path.to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn wrong_arguments_are_told_in_upstream_s_words() {
        let errors = vec![
            field("x", "argument x is not supported"),
            field("image", "Required arg missing: image"),
        ];
        assert_eq!(
            arguments("KubeTask", &errors),
            "Required args missing for function KubeTask: Required arg missing: image"
        );
        assert_eq!(
            arguments("KubeTask", &errors[..1]),
            "Checking supported args for function KubeTask.: argument x is not supported"
        );
        // A function's own words stay as they are.
        assert_eq!(
            arguments(
                "ScaleWorkload",
                &[field("replicas", "Cannot convert many to int")]
            ),
            "Cannot convert many to int"
        );
    }

    #[test]
    fn the_text_names_action_and_phase_and_stays_flat() {
        let mut failure = PhaseFailure::final_("boom").with("pod", "p-1");
        failure
            .details
            .insert("nested".to_owned(), serde_json::json!({"a": 1}));
        assert_eq!(
            failure.text("backup", "dump"),
            r#"{"action":"backup","phase":"dump","pod":"p-1"}: boom"#
        );
    }
}
