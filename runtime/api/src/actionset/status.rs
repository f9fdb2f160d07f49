//! How far an ActionSet is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ActionProgress, PhaseProgress, Run, State};
use crate::artifact::Artifact;
use crate::reference::ObjectReference;
use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default, without_nulls};

/// The record of a run, written by the controller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionSetStatus {
    /// The state of the whole.
    #[serde(default, deserialize_with = "or_default")]
    pub state: State,
    /// The actions, in the order of the spec.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub actions: Vec<ActionStatus>,
    /// What went wrong.
    #[serde(default, deserialize_with = "or_default")]
    pub error: ErrorStatus,
    /// How far the whole is.
    #[serde(default, deserialize_with = "or_default")]
    pub progress: ActionProgress,
    /// The journal by which another controller continues the run. Addition of this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// What went wrong in an ActionSet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorStatus {
    /// The text for the user; empty without an error.
    #[serde(default, deserialize_with = "or_default")]
    pub message: String,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// How far one action is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionStatus {
    /// The name of the action in the Blueprint.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// What the action is done to.
    #[serde(default, deserialize_with = "or_default")]
    pub object: ObjectReference,
    /// The name of the Blueprint.
    #[serde(default, deserialize_with = "or_default")]
    pub blueprint: String,
    /// The phases, in the order of the Blueprint.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub phases: Vec<Phase>,
    /// What the action leaves; the Blueprint's templates until the action is complete.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub artifacts: BTreeMap<String, Artifact>,
    /// The phase that runs at the end; without name and state if the action has none.
    #[serde(default, deserialize_with = "or_default")]
    pub defer_phase: Phase,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// How far one phase is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// The name of the phase in the Blueprint.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its state.
    #[serde(default, deserialize_with = "or_default")]
    pub state: State,
    /// What its function returned.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub output: Map<String, Value>,
    /// How far its function is.
    #[serde(default, deserialize_with = "or_default")]
    pub progress: PhaseProgress,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
