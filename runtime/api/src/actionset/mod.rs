//! ActionSets: what is to be done, and how far it is.

mod progress;
mod run;
mod spec;
mod state;
mod status;

pub use progress::{ActionProgress, PhaseProgress};
pub use run::{ActionTime, Run, RunAction, RunPhase};
pub use spec::{ActionSetSpec, ActionSpec};
pub use state::State;
pub use status::{ActionSetStatus, ActionStatus, ErrorStatus, Phase};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};

use crate::resource::custom_resource;
use crate::unknown::UnknownFields;
use crate::wire::or_default;

/// A request to run actions of Blueprints, and the record of how they ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ActionSet {
    /// The standard metadata of a Kubernetes object.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: ObjectMeta,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<ActionSetSpec>,
    /// How far it is; absent until a controller has taken the ActionSet up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ActionSetStatus>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

custom_resource!(ActionSet, "ActionSetList", "actionsets");
