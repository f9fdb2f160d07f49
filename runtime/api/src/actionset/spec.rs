//! What is to be done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::artifact::Artifact;
use crate::duration::Duration;
use crate::policy::{ExecutionMode, RetryPolicy};
use crate::reference::ObjectReference;
use crate::unknown::UnknownFields;
use crate::wire::{is_zero, null_if_empty, or_default, without_nulls};

/// What an [`crate::ActionSet`] asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionSetSpec {
    /// The actions.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub actions: Vec<ActionSpec>,
    /// How the actions follow each other. Addition of this project.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub execution_mode: ExecutionMode,
    /// After how many seconds the finished ActionSet is deleted; never if absent. Addition of this
    /// project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_seconds_after_finished: Option<u32>,
    /// True asks to stop: phases that run are cancelled, deferPhases run, and the ActionSet ends as
    /// failed. Once seen it is not taken back. Addition of this project.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub cancel: bool,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// One action of an [`crate::ActionSet`]: which action of which Blueprint, on what, with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionSpec {
    /// The name of the action in the Blueprint.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What the action is done to.
    #[serde(default, deserialize_with = "or_default")]
    pub object: ObjectReference,
    /// The name of the Blueprint, which stands in the namespace of the ActionSet.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub blueprint: String,
    /// Artifacts of an earlier action: `.ArtifactsIn` in templates.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub artifacts: BTreeMap<String, Artifact>,
    /// ConfigMaps by the name that templates use; only name and namespace count.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub config_maps: BTreeMap<String, ObjectReference>,
    /// Secrets by the name that templates use; only name and namespace count.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub secrets: BTreeMap<String, ObjectReference>,
    /// The Profile; only name and namespace count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ObjectReference>,
    /// A part of a PodSpec that is laid over those of the action's pods.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub pod_override: Map<String, Value>,
    /// Texts for templates: `.Options`.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub options: BTreeMap<String, String>,
    /// The wanted version of the functions; empty means the default one.
    #[serde(default, deserialize_with = "or_default")]
    pub preferred_version: String,
    /// Labels for the action's pods; written as `null` if empty.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        serialize_with = "null_if_empty"
    )]
    pub pod_labels: BTreeMap<String, String>,
    /// Annotations for the action's pods; written as `null` if empty.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        serialize_with = "null_if_empty"
    )]
    pub pod_annotations: BTreeMap<String, String>,
    /// How long the action may take, its deferPhase not included; replaces the Blueprint's. Addition
    /// of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How failed phases are tried again that have no policy of their own; replaces the Blueprint
    /// action's. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryPolicy>,
    /// `if`: a template that decides whether the action runs, besides the Blueprint's; see
    /// [`crate::BlueprintPhase::condition`]. Addition of this project.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
