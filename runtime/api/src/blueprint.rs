//! Blueprints: what to do for one kind of application.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::artifact::Artifact;
use crate::duration::Duration;
use crate::policy::RetryPolicy;
use crate::reference::ObjectReference;
use crate::resource::custom_resource;
use crate::unknown::UnknownFields;
use crate::wire::{is_zero, null_if_empty, or_default, without_nulls};

/// The actions that one kind of application knows, for example backup, restore and delete.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Blueprint {
    /// The standard metadata of a Kubernetes object.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: ObjectMeta,
    /// The actions by name.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub actions: BTreeMap<String, BlueprintAction>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

custom_resource!(Blueprint, "BlueprintList", "blueprints");

/// One action of a [`Blueprint`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintAction {
    /// Not used: the key in [`Blueprint::actions`] is the name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The kind of object that the action is written for; not checked.
    #[serde(default, deserialize_with = "or_default")]
    pub kind: String,
    /// The names of ConfigMaps that an ActionSet should give; not checked.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub config_map_names: Vec<String>,
    /// The names of Secrets that an ActionSet should give; not checked.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub secret_names: Vec<String>,
    /// The names of artifacts that an ActionSet should give; not checked.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub input_artifact_names: Vec<String>,
    /// What the action leaves; the values are templates.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub output_artifacts: BTreeMap<String, Artifact>,
    /// The steps, run one after another.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub phases: Vec<BlueprintPhase>,
    /// A step that runs at the end, after failure and cancellation too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defer_phase: Option<BlueprintPhase>,
    /// How long the action may take, its deferPhase not included. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How failed phases are tried again that have no policy of their own. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryPolicy>,
    /// A template that decides whether the action runs; see [`BlueprintPhase::condition`]. Addition
    /// of this project.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// One step of an action: a function and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintPhase {
    /// The name of the function.
    #[serde(default, deserialize_with = "or_default")]
    pub func: String,
    /// The name of the phase, by which templates refer to its output.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Secrets and ConfigMaps that the phase reads, by the name that templates use; all fields are
    /// templates.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub objects: BTreeMap<String, ObjectReference>,
    /// The arguments of the function; all texts are templates. Values may be `null`.
    /// Written as `null` if empty.
    #[serde(
        default,
        deserialize_with = "or_default",
        serialize_with = "null_if_empty"
    )]
    pub args: Map<String, Value>,
    /// How long one attempt may take. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How a failed attempt is tried again. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryPolicy>,
    /// `if`: a template that decides whether the phase runs. Rendered just before the phase's
    /// arguments; the phase runs if the text is `true` and is skipped (recorded as complete, without
    /// output) if it is `false` or empty, white space and case aside; any other text fails the
    /// phase. Addition of this project.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
