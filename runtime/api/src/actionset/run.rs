//! The journal of a run: what another controller needs to continue it. All of it is an addition of
//! this project, in the optional field `status.run`.

use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default};

/// Who runs an ActionSet and what a successor must know. Written in the same update as the states
/// that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The identity of the process that runs the ActionSet.
    #[serde(default, deserialize_with = "or_default")]
    pub holder: String,
    /// 1 for the first process that took the ActionSet, one more for each that took it over.
    #[serde(default, deserialize_with = "or_default")]
    pub attempt: u32,
    /// When the first process took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When a request to cancel was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Time>,
    /// When everything had ended, deferPhases included: from here `ttlSecondsAfterFinished` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The actions, in the order of the spec.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub actions: Vec<RunAction>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// The journal of one action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunAction {
    /// `.Time` of the action's templates; absent until the action starts. A continued action uses
    /// the same, since paths of artifacts are made from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<ActionTime>,
    /// True if the action's condition said no: none of its phases runs.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub skipped: bool,
    /// The phases that were begun, in the order of the Blueprint.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub phases: Vec<RunPhase>,
    /// When the action had ended, its deferPhase included: nothing of it is done again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The deferPhase, once begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defer_phase: Option<RunPhase>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// The journal of one phase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPhase {
    /// Which attempt runs or ran last, from 1. A retry is another attempt; a call that goes on after
    /// an interruption or in another process is the same one.
    #[serde(default, deserialize_with = "or_default")]
    pub attempt: u32,
    /// When that attempt began: from here the phase's timeout counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When that attempt ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// True if the phase's condition said no: recorded as complete without having run.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub skipped: bool,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// `.Time` of an action's templates: UTC with nanoseconds, written as Go's `RFC3339Nano` does,
/// without trailing zeros (`2026-01-02T03:04:05.12Z`, `2026-01-02T03:04:05Z`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionTime(pub Timestamp);

impl fmt::Display for ActionTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
