//! Profiles: where artifacts are kept and who may get at them.

mod credential;
mod location;
pub mod secret_type;

pub use credential::{
    Credential, CredentialType, KeyPair, KopiaServerSecret, KopiaServerSecretRef,
};
pub use location::{Location, LocationType};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::{Deserialize, Serialize};

use crate::resource::custom_resource;
use crate::unknown::UnknownFields;
use crate::wire::or_default;

/// Where artifacts are kept and with which credentials. It holds references to Secrets, never their
/// contents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Profile {
    /// The standard metadata of a Kubernetes object.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: ObjectMeta,
    /// Where.
    #[serde(default, deserialize_with = "or_default")]
    pub location: Location,
    /// With which credentials.
    #[serde(default, deserialize_with = "or_default")]
    pub credential: Credential,
    /// True accepts any certificate of the store.
    #[serde(default, rename = "skipSSLVerify", deserialize_with = "or_default")]
    pub skip_ssl_verify: bool,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

custom_resource!(Profile, "ProfileList", "profiles");
