//! Profiles with their credentials, as a store needs them.

mod credential;
mod json;
mod resolve;

use kanister_api::Location;

pub(crate) use credential::Azure as AzureCredential;
pub use credential::{Credential, SecretData};
pub use json::ProfileJsonError;

/// Where a store is and what opens it. Unlike [`kanister_api::Profile`] it holds the credentials
/// themselves; it cannot be printed or written.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where.
    pub location: Location,
    /// With which credentials.
    pub credential: Credential,
    /// True accepts any certificate of the store.
    pub skip_ssl_verify: bool,
}

impl Profile {
    /// Reads the JSON that `{{ toJson .Profile }}` renders in a Blueprint. As with the existing
    /// clients, the letter case of keys does not matter, unknown keys are ignored, and `null` is the
    /// same as absent.
    ///
    /// # Errors
    /// No JSON, or a field of the wrong type. The error repeats nothing of the text.
    pub fn from_json(text: &str) -> Result<Self, ProfileJsonError> {
        json::parse(text)
    }
}
