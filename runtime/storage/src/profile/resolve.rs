//! From a Profile, which refers to a Secret, to one that holds its contents.

use kanister_api::{CredentialType, ObjectReference};

use super::Profile;
use super::credential::{Credential, SecretData};
use crate::error::Error;

impl Profile {
    /// The Secret that the credentials of `profile` stand in; None if it names none.
    #[must_use]
    pub fn secret_of(profile: &kanister_api::Profile) -> Option<&ObjectReference> {
        let credential = &profile.credential;
        match credential.credential_type {
            CredentialType::KeyPair => credential.key_pair.as_ref().map(|pair| &pair.secret),
            CredentialType::Secret => credential.secret.as_ref(),
            CredentialType::Kopia | CredentialType::Unset | CredentialType::Other(_) => None,
        }
    }

    /// `profile` with the contents of the Secret that [`Profile::secret_of`] names.
    ///
    /// # Errors
    /// [`Error::SecretKey`] for a key pair of which a half is not there.
    pub fn resolve(
        profile: &kanister_api::Profile,
        secret: Option<SecretData>,
    ) -> Result<Self, Error> {
        let credential = &profile.credential;
        let resolved = match (&credential.credential_type, secret) {
            (CredentialType::KeyPair, Some(secret)) => match &credential.key_pair {
                Some(pair) => Credential::KeyPair {
                    id: secret.required(&pair.id_field)?.expose_text().to_owned(),
                    secret: secret.required(&pair.secret_field)?.clone(),
                },
                None => Credential::Missing("keyPair"),
            },
            (CredentialType::Secret, Some(secret)) => Credential::Secret(secret),
            (CredentialType::KeyPair, None) => Credential::Missing("keyPair"),
            (CredentialType::Secret, None) => Credential::Missing("secret"),
            (CredentialType::Kopia, _) => Credential::Kopia,
            (CredentialType::Unset, _) => Credential::Absent,
            (CredentialType::Other(kind), _) => Credential::Unknown(kind.clone()),
        };
        Ok(Self {
            location: profile.location.clone(),
            credential: resolved,
            skip_ssl_verify: profile.skip_ssl_verify,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn profile(credential: serde_json::Value) -> kanister_api::Profile {
        serde_json::from_value(json!({
            "location": {"type": "s3Compliant", "bucket": "b"},
            "credential": credential,
            "skipSSLVerify": true,
        }))
        .unwrap()
    }

    fn secret() -> SecretData {
        let data = [("id", "i"), ("key", "canary")];
        let data = data.map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec()));
        SecretData::new("ns:s".into(), "Opaque".into(), data)
    }

    fn pair(id: &str, key: &str) -> kanister_api::Profile {
        let secret = json!({"name": "s", "namespace": "ns"});
        profile(json!({
            "type": "keyPair",
            "keyPair": {"idField": id, "secretField": key, "secret": secret},
        }))
    }

    #[test]
    fn a_key_pair_is_taken_from_its_secret() {
        let profile = pair("id", "key");
        assert_eq!(Profile::secret_of(&profile).unwrap().name, "s");
        let resolved = Profile::resolve(&profile, Some(secret())).unwrap();
        assert!(resolved.skip_ssl_verify);
        let Credential::KeyPair { id, secret } = resolved.credential else {
            panic!("no key pair");
        };
        assert_eq!((id.as_str(), secret.expose_text()), ("i", "canary"));
    }

    #[test]
    fn a_missing_key_is_named_and_no_value_is() {
        let error = Profile::resolve(&pair("id", "other"), Some(secret())).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("'other'") && text.contains("ns:s"), "{text}");
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn a_profile_without_credential_names_no_secret() {
        let none = profile(json!({}));
        assert!(Profile::secret_of(&none).is_none());
        let resolved = Profile::resolve(&none, None).unwrap();
        assert!(matches!(resolved.credential, Credential::Absent));
        let whole = profile(json!({"type": "secret"}));
        let resolved = Profile::resolve(&whole, None).unwrap();
        assert!(matches!(resolved.credential, Credential::Missing("secret")));
    }
}
