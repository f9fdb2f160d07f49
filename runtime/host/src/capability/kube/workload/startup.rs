//! Whether a pod has started, and why it does not.
//!
//! Some troubles pass: an image registry hiccups, a node is being added, a claim is being
//! created. Each kind has a time that it may last before the pod counts as one that cannot
//! start; the caller's timeout bounds it in any case.

use super::outcome::status;
use crate::capability::kube::KubeError;
use crate::capability::kube::error::brief;
use k8s_openapi::api::core::v1::{ContainerStatus, PodStatus};
use serde_json::Value;
use std::time::Duration;

/// Where a pod is on its way to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Startup {
    /// It runs or has ended.
    Started,
    /// On its way.
    Pending,
    /// Something keeps it from starting.
    Trouble {
        /// What, for people.
        why: String,
        /// How long it may last; zero if it cannot pass.
        patience: Duration,
    },
}

/// Long enough for a registry or a claim to come back.
const PASSING: Duration = Duration::from_secs(60);

/// Long enough for a node to be added.
const NEW_NODE: Duration = Duration::from_secs(300);

/// Where a pod is.
pub(super) fn startup(pod: &Value) -> Result<Startup, KubeError> {
    let status = status(pod)?;
    let phase = status.phase.as_deref().unwrap_or_default();
    if !matches!(phase, "" | "Pending") {
        return Ok(Startup::Started);
    }
    Ok(refused(&status)
        .or_else(|| unscheduled(&status))
        .or_else(|| waiting(&status))
        .unwrap_or(Startup::Pending))
}

/// The node took it and sent it back.
fn refused(status: &PodStatus) -> Option<Startup> {
    let reason = status.reason.as_deref()?;
    let full = reason.to_ascii_lowercase().starts_with("outof");
    full.then(|| Startup::Trouble {
        why: with_message(reason, status.message.as_deref()),
        patience: Duration::ZERO,
    })
}

fn unscheduled(status: &PodStatus) -> Option<Startup> {
    let conditions = status.conditions.as_ref()?;
    let scheduled = conditions
        .iter()
        .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False")?;
    let reason = scheduled.reason.as_deref().unwrap_or("Unschedulable");
    if reason == "SchedulingGated" {
        return None;
    }
    let message = scheduled.message.as_deref();
    let missing = message
        .is_some_and(|text| text.contains("persistentvolumeclaim") && text.contains("not found"));
    Some(Startup::Trouble {
        why: with_message(reason, message),
        patience: if missing { PASSING } else { NEW_NODE },
    })
}

fn waiting(status: &PodStatus) -> Option<Startup> {
    let inits = status.init_container_statuses.iter().flatten();
    let containers = status.container_statuses.iter().flatten();
    inits.chain(containers).find_map(container_waiting)
}

fn container_waiting(status: &ContainerStatus) -> Option<Startup> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    let reason = waiting.reason.as_deref()?;
    let patience = match reason {
        "InvalidImageName" | "ErrImageNeverPull" => Duration::ZERO,
        "ErrImagePull"
        | "ImagePullBackOff"
        | "RegistryUnavailable"
        | "ImageInspectError"
        | "CreateContainerConfigError"
        | "CreateContainerError"
        | "RunContainerError"
        | "CrashLoopBackOff" => PASSING,
        _ => return None,
    };
    let name = &status.name;
    Some(Startup::Trouble {
        why: format!(
            "container {name}: {}",
            with_message(reason, waiting.message.as_deref())
        ),
        patience,
    })
}

fn with_message(reason: &str, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => brief(&format!("{reason}: {message}")),
        _ => brief(reason),
    }
}

#[cfg(test)]
mod tests;
