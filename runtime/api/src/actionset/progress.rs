//! How far an ActionSet and its phases are, in figures.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize, Serialize};

use crate::unknown::UnknownFields;
use crate::wire::{integer, is_zero, or_default};

/// How far a whole ActionSet is. Zero and empty mean not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionProgress {
    /// The name of the phase that runs.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub running_phase: String,
    /// A whole number from 0 to 100 as text.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub percent_completed: String,
    /// Bytes downloaded so far.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub size_downloaded_b: i64,
    /// Bytes uploaded so far.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub size_uploaded_b: i64,
    /// Bytes to download in all, as far as known.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estimated_download_size_b: i64,
    /// Bytes to upload in all, as far as known.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estimated_upload_size_b: i64,
    /// When a figure last changed; written in whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Time>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// How far a phase is. Zero and empty mean not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseProgress {
    /// A whole number from 0 to 100 as text.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub progress_percent: String,
    /// Bytes downloaded so far.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub size_downloaded_b: i64,
    /// Bytes uploaded so far.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub size_uploaded_b: i64,
    /// Bytes to download in all, as far as known.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estimated_download_size_b: i64,
    /// Bytes to upload in all, as far as known.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estimated_upload_size_b: i64,
    /// The seconds still needed, under the key that the schema has. Read it with
    /// [`PhaseProgress::estimated_time`], write it with [`PhaseProgress::set_estimated_time`].
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estimated_time_seconds: i64,
    /// The seconds still needed, under the misspelt key that the Go clients read and write. The
    /// schemas of older installations drop it.
    #[serde(default, deserialize_with = "integer", skip_serializing_if = "is_zero")]
    pub estinated_time_seconds: i64,
    /// When a figure last changed; written in whole seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Time>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl PhaseProgress {
    /// The seconds still needed, whichever key they stand under; the schema's key counts if both
    /// are there. Zero means not known.
    #[must_use]
    pub fn estimated_time(&self) -> i64 {
        if self.estimated_time_seconds == 0 {
            self.estinated_time_seconds
        } else {
            self.estimated_time_seconds
        }
    }

    /// Sets the seconds still needed under both keys, so that every client and every schema keeps
    /// them.
    pub fn set_estimated_time(&mut self, seconds: i64) {
        self.estimated_time_seconds = seconds;
        self.estinated_time_seconds = seconds;
    }
}
