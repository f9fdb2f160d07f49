//! What one action leaves for another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default, without_nulls};

/// What an action leaves for a later one: an output of a backup is an input of its restore.
///
/// In a [`crate::Blueprint`] the values are templates; in the status of an [`crate::ActionSet`] they
/// are the rendered texts once the action is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// Named texts.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub key_value: BTreeMap<String, String>,
    /// What kando reported about a Kopia snapshot, as JSON text.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub kopia_snapshot: String,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
