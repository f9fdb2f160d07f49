//! Where artifacts are kept.

use serde::{Deserialize, Serialize};

use crate::unknown::UnknownFields;
use crate::wire::or_default;
use crate::words::words;

words! {
    /// The kinds of stores.
    pub enum LocationType {
        /// Google Cloud Storage.
        Gcs = "gcs",
        /// Amazon S3 and stores with its interface.
        S3Compliant = "s3Compliant",
        /// Azure Blob Storage.
        Azure = "azure",
        /// A Kopia repository server.
        Kopia = "kopia",
        /// A folder of the machine's file system. Addition of this project; the operator says which
        /// folders may be used.
        Filestore = "filestore",
    }
}

/// Where artifacts are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The kind of store.
    #[serde(default, deserialize_with = "or_default", rename = "type")]
    pub location_type: LocationType,
    /// The bucket or container; for `filestore` the absolute path of the root folder.
    #[serde(default, deserialize_with = "or_default")]
    pub bucket: String,
    /// The URL of the store; empty for the provider's own.
    #[serde(default, deserialize_with = "or_default")]
    pub endpoint: String,
    /// What every path in the store begins with.
    #[serde(default, deserialize_with = "or_default")]
    pub prefix: String,
    /// The provider's region.
    #[serde(default, deserialize_with = "or_default")]
    pub region: String,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
