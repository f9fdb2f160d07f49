//! With which credentials a store is used: references only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::reference::ObjectReference;
use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default, without_nulls};
use crate::words::words;

words! {
    /// Where the credentials stand.
    pub enum CredentialType {
        /// Two fields of a Secret: an id and a secret.
        KeyPair = "keyPair",
        /// A whole Secret of one of the types in [`crate::secret_type`].
        Secret = "secret",
        /// Secrets for a Kopia repository server.
        Kopia = "kopia",
    }
}

/// Where the credentials stand; the field that belongs to `type` counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Which of the fields counts.
    #[serde(default, deserialize_with = "or_default", rename = "type")]
    pub credential_type: CredentialType,
    /// Two fields of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<KeyPair>,
    /// A whole Secret; only name and namespace count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<ObjectReference>,
    /// Secrets for a Kopia repository server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kopia_server_secret: Option<KopiaServerSecret>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Two fields of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyPair {
    /// The key of the Secret's data that holds the id.
    #[serde(default, deserialize_with = "or_default")]
    pub id_field: String,
    /// The key of the Secret's data that holds the secret.
    #[serde(default, deserialize_with = "or_default")]
    pub secret_field: String,
    /// The Secret; only name and namespace count.
    #[serde(default, deserialize_with = "or_default")]
    pub secret: ObjectReference,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// How to get at a Kopia repository server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KopiaServerSecret {
    /// The user.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub username: String,
    /// The host name that belongs to the user.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub hostname: String,
    /// Where the user's passphrase stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_passphrase: Option<KopiaServerSecretRef>,
    /// Where the server's certificate stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<KopiaServerSecretRef>,
    /// Numeric settings of the connection.
    #[serde(
        default,
        deserialize_with = "without_nulls",
        skip_serializing_if = "is_zero"
    )]
    pub connect_options: BTreeMap<String, i64>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// One value of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KopiaServerSecretRef {
    /// The key of the Secret's data.
    #[serde(default, deserialize_with = "or_default")]
    pub key: String,
    /// The Secret; only name and namespace count. Written as `null` if absent.
    #[serde(default)]
    pub secret: Option<ObjectReference>,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}
