//! What an operator puts behind the slots that a manifest names.

use serde::{Deserialize, Serialize};

use super::pattern::KeyPrefix;

/// What stands behind one slot. Exactly one field is set: `profile` for a slot of storage, `secret`
/// for a slot of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlotBinding {
    /// A place for objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileSlot>,
    /// The folder of the place that the slot means; without it, the whole place of the Profile.
    #[serde(default, skip_serializing_if = "KeyPrefix::is_whole")]
    pub prefix: KeyPrefix,
    /// A key of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretSlot>,
}

/// The Profile behind a slot of storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileSlot {
    /// The name of the Profile.
    pub name: String,
    /// The namespace of the Profile; without it, that of the [`super::FunctionGrant`]. A
    /// [`super::ClusterFunctionGrant`] must name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// The key of a Secret behind a slot of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretSlot {
    /// The name of the Secret.
    pub name: String,
    /// The namespace of the Secret; without it, that of the [`super::FunctionGrant`]. A
    /// [`super::ClusterFunctionGrant`] must name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The key within the Secret.
    pub key: String,
}
