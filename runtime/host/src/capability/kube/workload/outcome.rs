//! How a pod ended, from its status.

use crate::bindings::kanister::kube::workload::{ContainerOutcome, Outcome};
use crate::capability::kube::KubeError;
use crate::capability::kube::error::brief;
use crate::gate::Reveal as _;
use crate::secret::Vault;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::Value;

/// A pod's status, as far as it can be read.
pub(super) fn status(pod: &Value) -> Result<PodStatus, KubeError> {
    let pod: Pod = serde_json::from_value(pod.clone()).map_err(|error| {
        KubeError::Other(format!("the pod's status is not understood: {error}"))
    })?;
    Ok(pod.status.unwrap_or_default())
}

/// The outcome of a pod that has ended; none while it runs.
pub(super) fn outcome(pod: &Value) -> Result<Option<Outcome>, KubeError> {
    let PodStatus {
        phase,
        reason,
        message,
        init_container_statuses,
        container_statuses,
        ..
    } = status(pod)?;
    let phase = phase.unwrap_or_default();
    if phase != "Succeeded" && phase != "Failed" {
        return Ok(None);
    }
    let inits = init_container_statuses.unwrap_or_default();
    let containers = container_statuses.unwrap_or_default();
    Ok(Some(Outcome {
        phase,
        reason: brief(&reason.unwrap_or_default()),
        message: brief(&message.unwrap_or_default()),
        containers: inits.into_iter().chain(containers).map(container).collect(),
    }))
}

fn container(status: ContainerStatus) -> ContainerOutcome {
    let name = status.name;
    let state = status.state.unwrap_or_default();
    if let Some(ended) = state.terminated {
        return ContainerOutcome {
            name,
            exit_code: Some(ended.exit_code),
            signal: ended.signal.filter(|signal| *signal != 0),
            reason: brief(&ended.reason.unwrap_or_default()),
            message: brief(&ended.message.unwrap_or_default()),
            started_ms: ended.started_at.as_ref().and_then(millis),
            finished_ms: ended.finished_at.as_ref().and_then(millis),
        };
    }
    let (reason, message) = match state.waiting {
        Some(waiting) => (waiting.reason, waiting.message),
        None => (None, None),
    };
    ContainerOutcome {
        name,
        exit_code: None,
        signal: None,
        reason: brief(&reason.unwrap_or_default()),
        message: brief(&message.unwrap_or_default()),
        started_ms: state
            .running
            .and_then(|running| running.started_at.as_ref().and_then(millis)),
        finished_ms: None,
    }
}

/// The outcome with tokens in the place of secrets: a container runtime quotes the command
/// that it could not run.
pub(super) fn concealed(mut outcome: Outcome, vault: &Vault) -> Outcome {
    let conceal = |text: &mut String| *text = vault.conceal_text(text).into_owned();
    conceal(&mut outcome.reason);
    conceal(&mut outcome.message);
    for container in &mut outcome.containers {
        conceal(&mut container.reason);
        conceal(&mut container.message);
    }
    outcome
}

fn millis(time: &Time) -> Option<u64> {
    u64::try_from(time.0.as_millisecond()).ok()
}

#[cfg(test)]
mod tests;
