//! Secrets and ConfigMaps. They deserialize from what the Kubernetes API answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Bytes; base 64 in JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD
            .decode(text)
            .map(Bytes)
            .map_err(serde::de::Error::custom)
    }
}

/// A Secret. `api_version` and `kind` are not read from JSON: upstream's typed client leaves them empty as well, and
/// `toJson` shows it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Secret {
    /// `.APIVersion`
    #[serde(skip)]
    pub api_version: String,
    /// `.Kind`
    #[serde(skip)]
    pub kind: String,
    /// `.ObjectMeta`; its fields are also those of the Secret
    pub metadata: ObjectMeta,
    /// `.Immutable`
    pub immutable: Option<bool>,
    /// `.Data`
    pub data: Option<BTreeMap<String, Bytes>>,
    /// `.StringData`
    pub string_data: Option<BTreeMap<String, String>>,
    /// `.Type`
    #[serde(rename = "type")]
    pub secret_type: String,
}

/// A ConfigMap; see [`Secret`] on `api_version` and `kind`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigMap {
    /// `.APIVersion`
    #[serde(skip)]
    pub api_version: String,
    /// `.Kind`
    #[serde(skip)]
    pub kind: String,
    /// `.ObjectMeta`; its fields are also those of the ConfigMap
    pub metadata: ObjectMeta,
    /// `.Immutable`
    pub immutable: Option<bool>,
    /// `.Data`
    pub data: Option<BTreeMap<String, String>>,
    /// `.BinaryData`
    pub binary_data: Option<BTreeMap<String, Bytes>>,
}

/// Metadata of a Kubernetes object.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectMeta {
    /// `.Name`
    pub name: String,
    /// `.GenerateName`
    pub generate_name: String,
    /// `.Namespace`
    pub namespace: String,
    /// `.SelfLink`
    pub self_link: String,
    /// `.UID`
    pub uid: String,
    /// `.ResourceVersion`
    pub resource_version: String,
    /// `.Generation`
    pub generation: i64,
    /// `.CreationTimestamp`: RFC 3339
    pub creation_timestamp: Option<String>,
    /// `.DeletionTimestamp`: RFC 3339
    pub deletion_timestamp: Option<String>,
    /// `.DeletionGracePeriodSeconds`
    pub deletion_grace_period_seconds: Option<i64>,
    /// `.Labels`
    pub labels: Option<BTreeMap<String, String>>,
    /// `.Annotations`; of a Secret they are secret, since `kubectl apply` keeps the data there
    pub annotations: Option<BTreeMap<String, String>>,
    /// `.OwnerReferences`
    pub owner_references: Option<Vec<OwnerReference>>,
    /// `.Finalizers`
    pub finalizers: Option<Vec<String>>,
    /// `.ManagedFields`
    pub managed_fields: Option<Vec<ManagedFields>>,
}

/// An owner of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// `.APIVersion`
    pub api_version: String,
    /// `.Kind`
    pub kind: String,
    /// `.Name`
    pub name: String,
    /// `.UID`
    pub uid: String,
    /// `.Controller`
    pub controller: Option<bool>,
    /// `.BlockOwnerDeletion`
    pub block_owner_deletion: Option<bool>,
}

/// Who manages which fields.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagedFields {
    /// `.Manager`
    pub manager: String,
    /// `.Operation`
    pub operation: String,
    /// `.APIVersion`
    pub api_version: String,
    /// `.Time`: RFC 3339
    pub time: Option<String>,
    /// `.FieldsType`
    pub fields_type: String,
    /// `.FieldsV1`
    pub fields_v1: Option<serde_json::Value>,
    /// `.Subresource`
    pub subresource: String,
}
