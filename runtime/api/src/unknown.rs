//! Fields that a type does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The fields of an object that its type does not know, kept so that they are written back.
///
/// They come from clients of another version: fields that a newer or older schema of the cluster
/// has, or anything below a node that preserves unknown fields. Kubernetes itself drops fields that
/// the installed schema does not have, so in objects from a cluster this map is nearly always empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnknownFields(pub BTreeMap<String, Value>);

impl UnknownFields {
    /// True if there is no unknown field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
