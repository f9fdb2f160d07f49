//! The schema and the printer columns of an ActionSet.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, JSONSchemaProps,
};

use super::build::{
    anything, boolean, date_time, described, integer, integer_within, list, map, object, one_of,
    string,
};
use super::shared::{artifacts, condition, header, reference, retry, timeout};
use crate::ExecutionMode;

pub(super) fn schema() -> JSONSchemaProps {
    let [api_version, kind, metadata] = header();
    object([
        api_version,
        kind,
        metadata,
        ("spec", spec()),
        ("status", status()),
    ])
}

fn spec() -> JSONSchemaProps {
    let words = ExecutionMode::ALL
        .iter()
        .map(ExecutionMode::as_str)
        .collect::<Vec<_>>();
    let mode = "How the actions follow each other; parallel if not given.";
    let ttl = "After how many seconds the finished ActionSet is deleted; never if not given.";
    let cancel = "True asks to stop; deferPhases run all the same.";
    object([
        ("actions", list(action_spec())),
        ("executionMode", described(mode, one_of(&words))),
        (
            "ttlSecondsAfterFinished",
            described(ttl, integer_within(0, u32::MAX)),
        ),
        ("cancel", described(cancel, boolean())),
    ])
}

fn action_spec() -> JSONSchemaProps {
    object([
        ("name", described("The action of the Blueprint.", string())),
        (
            "object",
            described("What the action is done to.", reference()),
        ),
        (
            "blueprint",
            described("The name of the Blueprint.", string()),
        ),
        (
            "artifacts",
            described("Artifacts of an earlier action.", artifacts()),
        ),
        (
            "configMaps",
            described("ConfigMaps for templates.", map(reference())),
        ),
        (
            "secrets",
            described("Secrets for templates.", map(reference())),
        ),
        (
            "profile",
            described("Where artifacts are kept.", reference()),
        ),
        (
            "podOverride",
            described("Laid over the PodSpec of the action's pods.", anything()),
        ),
        ("options", described("Texts for templates.", map(string()))),
        (
            "preferredVersion",
            described("The wanted version of the functions.", string()),
        ),
        (
            "podLabels",
            described("Labels for the action's pods.", map(string())),
        ),
        (
            "podAnnotations",
            described("Annotations for the action's pods.", map(string())),
        ),
        ("timeout", timeout()),
        ("retry", retry()),
        ("if", condition()),
    ])
}

fn status() -> JSONSchemaProps {
    object([
        ("state", string()),
        ("actions", list(action_status())),
        ("error", object([("message", string())])),
        ("progress", progress()),
        (
            "run",
            described("What another controller needs to continue the run.", run()),
        ),
    ])
}

fn progress() -> JSONSchemaProps {
    object([
        ("runningPhase", string()),
        ("percentCompleted", string()),
        ("sizeDownloadedB", integer()),
        ("sizeUploadedB", integer()),
        ("estimatedDownloadSizeB", integer()),
        ("estimatedUploadSizeB", integer()),
        ("lastTransitionTime", date_time()),
    ])
}

fn action_status() -> JSONSchemaProps {
    object([
        ("name", string()),
        ("object", reference()),
        ("blueprint", string()),
        ("phases", list(phase())),
        (
            "artifacts",
            described("What the action leaves.", artifacts()),
        ),
        ("deferPhase", phase()),
    ])
}

fn phase() -> JSONSchemaProps {
    object([
        ("name", string()),
        ("state", string()),
        ("output", anything()),
        ("progress", phase_progress()),
    ])
}

fn phase_progress() -> JSONSchemaProps {
    let misspelt = "The same as estimatedTimeSeconds, under the key that the Go clients use.";
    object([
        ("progressPercent", string()),
        ("sizeDownloadedB", integer()),
        ("sizeUploadedB", integer()),
        ("estimatedDownloadSizeB", integer()),
        ("estimatedUploadSizeB", integer()),
        ("estimatedTimeSeconds", integer()),
        ("estinatedTimeSeconds", described(misspelt, integer())),
        ("lastTransitionTime", date_time()),
    ])
}

fn run() -> JSONSchemaProps {
    object([
        (
            "holder",
            described("The process that runs the ActionSet.", string()),
        ),
        (
            "attempt",
            described(
                "How many processes have run it.",
                integer_within(0, u32::MAX),
            ),
        ),
        ("startedAt", date_time()),
        ("cancelledAt", date_time()),
        ("finishedAt", date_time()),
        ("actions", list(run_action())),
    ])
}

fn run_action() -> JSONSchemaProps {
    object([
        (
            "time",
            described("The action's time in templates.", date_time()),
        ),
        ("skipped", boolean()),
        ("finishedAt", date_time()),
        ("phases", list(run_phase())),
        ("deferPhase", run_phase()),
    ])
}

fn run_phase() -> JSONSchemaProps {
    object([
        ("attempt", integer_within(0, u32::MAX)),
        ("startedAt", date_time()),
        ("finishedAt", date_time()),
        ("skipped", boolean()),
    ])
}

/// The columns that `kubectl get` shows, in this order.
pub(super) fn columns() -> Vec<CustomResourceColumnDefinition> {
    let column = |name: &str, column_type: &str, path: &str, description: &str| {
        CustomResourceColumnDefinition {
            name: name.to_owned(),
            type_: column_type.to_owned(),
            json_path: format!(".status.{path}"),
            description: Some(description.to_owned()),
            ..CustomResourceColumnDefinition::default()
        }
    };
    let size = |name, path, description| column(name, "integer", path, description);
    vec![
        column(
            "Progress",
            "string",
            "progress.percentCompleted",
            "How far it is, in percent",
        ),
        size(
            "SizeDownloadedB",
            "progress.sizeDownloadedB",
            "Bytes downloaded so far",
        ),
        size(
            "SizeUploadedB",
            "progress.sizeUploadedB",
            "Bytes uploaded so far",
        ),
        size(
            "EstimatedDownloadSizeB",
            "progress.estimatedDownloadSizeB",
            "Bytes to download in all",
        ),
        size(
            "EstimatedUploadSizeB",
            "progress.estimatedUploadSizeB",
            "Bytes to upload in all",
        ),
        column(
            "Running Phase",
            "string",
            "progress.runningPhase",
            "The phase that runs",
        ),
        CustomResourceColumnDefinition {
            format: Some("date-time".to_owned()),
            ..column(
                "Last Transition Time",
                "string",
                "progress.lastTransitionTime",
                "When the progress last changed",
            )
        },
        column("State", "string", "state", "The state of the whole"),
    ]
}
