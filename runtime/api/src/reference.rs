//! References to Kubernetes objects.

use serde::{Deserialize, Serialize};

use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default};

/// A reference to a Kubernetes object, by kind or by resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectReference {
    /// The API version of the object; only the version part counts, the group stands in `group`.
    #[serde(default, deserialize_with = "or_default")]
    pub api_version: String,
    /// The API group of the object.
    #[serde(default, deserialize_with = "or_default")]
    pub group: String,
    /// The plural resource name of the object, for example `deployments`.
    #[serde(default, deserialize_with = "or_default")]
    pub resource: String,
    /// The kind of the object.
    #[serde(default, deserialize_with = "or_default")]
    pub kind: String,
    /// The name of the object.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The namespace of the object; empty for objects of the cluster.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub namespace: String,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
