//! Events about a run, with the reasons and messages that users' tools know from upstream.

/// Whether an event is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// `Normal`
    Normal,
    /// `Warning`
    Warning,
}

/// One event. It is about the ActionSet; a warning about a phase is about its Blueprint as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEvent {
    /// `type` of the Kubernetes event.
    pub kind: EventKind,
    /// `reason`: upstream's, with its spaces and colons.
    pub reason: String,
    /// `message`, with no secret in it.
    pub message: String,
    /// The Blueprint in the ActionSet's namespace that gets the same event.
    pub blueprint: Option<String>,
}

/// Where events go. It must not wait: a sink queues.
pub trait EventSink: Send + Sync {
    /// Takes an event.
    fn emit(&self, event: RunEvent);
}

impl RunEvent {
    fn normal(reason: &str, message: String) -> Self {
        Self {
            kind: EventKind::Normal,
            reason: reason.to_owned(),
            message,
            blueprint: None,
        }
    }

    /// An action begins.
    pub(crate) fn started_action(action: &str) -> Self {
        Self::normal("Started Action", format!("Executing action {action}"))
    }

    /// A phase begins.
    pub(crate) fn started_phase(phase: &str) -> Self {
        Self::normal("Started Phase", format!("Executing phase {phase}"))
    }

    /// A phase is complete.
    pub(crate) fn ended_phase(phase: &str) -> Self {
        Self::normal("Ended Phase", format!("Completed phase {phase}"))
    }

    /// A condition said that a phase does not run. An addition of this project.
    pub(crate) fn skipped_phase(phase: &str) -> Self {
        Self::normal(
            "Skipped Phase",
            format!("Skipped phase {phase}: its condition is false"),
        )
    }

    /// A condition said that an action does not run. An addition of this project.
    pub(crate) fn skipped_action(action: &str) -> Self {
        Self::normal(
            "Skipped Action",
            format!("Skipped action {action}: its condition is false"),
        )
    }

    /// A phase will be tried again. An addition of this project.
    pub(crate) fn retried_phase(phase: &str, attempt: u32, why: &str) -> Self {
        Self {
            kind: EventKind::Warning,
            reason: "Retrying Phase".to_owned(),
            message: format!("Attempt {attempt} of phase {phase} failed: {why}"),
            blueprint: None,
        }
    }

    /// A deferPhase begins.
    pub(crate) fn started_defer(phase: &str) -> Self {
        Self::normal("Started deferPhase", format!("Executing deferPhase {phase}"))
    }

    /// A deferPhase is complete.
    pub(crate) fn ended_defer(phase: &str) -> Self {
        Self::normal("Ended deferPhase", format!("Completed deferPhase {phase}"))
    }

    /// The ActionSet is complete.
    pub(crate) fn complete(action_set: &str) -> Self {
        Self::normal(
            "Update Complete",
            format!("Updated ActionSet '{action_set}' Status->complete"),
        )
    }

    /// An action has failed.
    pub(crate) fn failed_action(action: &str, blueprint: &str, message: &str) -> Self {
        Self {
            kind: EventKind::Warning,
            reason: format!("ActionSetFailed Action: {action}"),
            message: message.to_owned(),
            blueprint: Some(blueprint.to_owned()),
        }
    }

    /// The action names no Blueprint.
    pub(crate) fn no_blueprint(why: &str) -> Self {
        Self::warning("Blueprint not specified", format!("Could not get blueprint: {why}"))
    }

    /// The Blueprint or its action cannot be had.
    pub(crate) fn lost_blueprint(why: &str) -> Self {
        Self::warning("Error", format!("Could not get blueprint: {why}"))
    }

    /// The Blueprint has no such action.
    pub(crate) fn lost_action(action: &str, blueprint: &str, why: &str) -> Self {
        Self {
            blueprint: Some(blueprint.to_owned()),
            ..Self::warning(
                &format!("ActionSetFailed Action: {action}"),
                format!("Could not get initial action: {why}"),
            )
        }
    }

    /// The ActionSet is no valid one.
    pub(crate) fn invalid(why: &str) -> Self {
        Self::warning("Error", format!("Callback onUpdateActionSet() failed: {why}"))
    }

    /// Something that an operator should look at.
    pub(crate) fn warning(reason: &str, message: String) -> Self {
        Self {
            kind: EventKind::Warning,
            reason: reason.to_owned(),
            message,
            blueprint: None,
        }
    }
}
