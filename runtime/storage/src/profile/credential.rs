//! Credentials, and what each kind of store makes of them.

use kanister_api::secret_type as keys;

use crate::error::Error;
use crate::secret::SecretBytes;

/// What opens a store.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An id and a secret: access key, storage account and key, or project and service account JSON.
    KeyPair {
        /// The id; not secret.
        id: String,
        /// The secret.
        secret: SecretBytes,
    },
    /// A whole Kubernetes Secret.
    Secret(SecretData),
    /// Of a Kopia repository server.
    Kopia,
    /// No type is given: what the environment offers.
    Absent,
    /// The type is given (the word) but not what belongs to it.
    Missing(&'static str),
    /// A foreign type.
    Unknown(String),
}

/// The type and the data of a Kubernetes Secret.
#[derive(Clone, Debug)]
pub struct SecretData {
    name: String,
    secret_type: String,
    values: Vec<(String, SecretBytes)>,
}

impl SecretData {
    /// `name` says which Secret it is, for messages.
    #[must_use]
    pub fn new(
        name: String,
        secret_type: String,
        data: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Self {
        Self {
            name,
            secret_type,
            values: data
                .into_iter()
                .map(|(k, v)| (k, SecretBytes::new(v)))
                .collect(),
        }
    }

    fn field(&self, key: &str) -> Option<&SecretBytes> {
        let found = self.values.iter().find(|(k, _)| k == key);
        found.map(|(_, value)| value)
    }

    /// A value that must be there, if only an empty one.
    pub(super) fn required(&self, key: &str) -> Result<&SecretBytes, Error> {
        self.field(key).ok_or_else(|| Error::SecretKey {
            key: key.to_owned(),
            secret: self.name.clone(),
        })
    }

    /// A value that is a text. What is no UTF-8 counts as empty, and what is empty as absent.
    fn get(&self, key: &str) -> Option<&SecretBytes> {
        self.field(key).filter(|v| !v.expose_text().is_empty())
    }

    fn plain(&self, key: &str) -> Option<String> {
        self.get(key).map(|v| v.expose_text().trim().to_owned())
    }

    fn check(&self, wanted: &str, known: &[&str]) -> Result<(), Error> {
        let Self {
            name,
            secret_type,
            values,
        } = self;
        if secret_type != wanted {
            return Err(Error::Profile(format!(
                "Unsupported type '{secret_type}' for secret '{name}'; this location needs the type {wanted}"
            )));
        }
        match values.iter().find(|(k, _)| !known.contains(&k.as_str())) {
            Some((key, _)) if !known.is_empty() => Err(Error::Profile(format!(
                "secret '{name}' has an unknown field {key:?}; known are {}",
                known.join(", ")
            ))),
            _ => Ok(()),
        }
    }
}

/// Temporary credentials of AWS besides the known keys of its Secrets.
const AWS_SESSION_TOKEN: &str = "aws_session_token";

/// What S3 needs.
pub(crate) struct Aws {
    /// Access key id and secret key; None: what the environment offers.
    pub(crate) keys: Option<(String, SecretBytes)>,
    pub(crate) token: Option<SecretBytes>,
    pub(crate) role: Option<String>,
}

/// What Azure needs.
pub(crate) struct Azure {
    pub(crate) account: String,
    /// None with the workload's own identity.
    pub(crate) key: Option<SecretBytes>,
    pub(crate) environment: Option<String>,
}

impl Credential {
    fn unusable(&self) -> Error {
        Error::Profile(match self {
            Self::Missing("keyPair") => "its credential has the type keyPair but no keyPair".into(),
            Self::Missing(kind) => format!("its credential has the type {kind} but no Secret"),
            Self::Unknown(kind) => {
                format!("Unsupported type '{kind}' for credentials; use keyPair or secret")
            }
            Self::Kopia => "its credential is of the type kopia; use keyPair or secret".into(),
            Self::Absent | Self::KeyPair { .. } | Self::Secret(_) => {
                "it has no credential; give one of the type keyPair or secret".into()
            }
        })
    }

    pub(crate) fn aws(&self) -> Result<Aws, Error> {
        match self {
            Self::KeyPair { id, secret } => Ok(Aws {
                keys: (!id.is_empty() && !secret.is_empty()).then(|| (id.clone(), secret.clone())),
                token: None,
                role: None,
            }),
            Self::Secret(data) => {
                let known = [
                    keys::AWS_ACCESS_KEY_ID,
                    keys::AWS_SECRET_ACCESS_KEY,
                    AWS_SESSION_TOKEN,
                    keys::AWS_ROLE,
                ];
                data.check(keys::AWS, &known)?;
                let id = data.plain(keys::AWS_ACCESS_KEY_ID);
                Ok(Aws {
                    keys: id.zip(data.get(keys::AWS_SECRET_ACCESS_KEY).cloned()),
                    token: data.get(AWS_SESSION_TOKEN).cloned(),
                    role: data.plain(keys::AWS_ROLE),
                })
            }
            other => Err(other.unusable()),
        }
    }

    pub(crate) fn azure(&self) -> Result<Azure, Error> {
        let incomplete =
            || Error::Profile("Azure secret is missing storage account ID or storage key".into());
        match self {
            Self::KeyPair { id, secret } if !id.is_empty() && !secret.is_empty() => Ok(Azure {
                account: id.clone(),
                key: Some(secret.clone()),
                environment: None,
            }),
            Self::KeyPair { .. } => Err(incomplete()),
            Self::Secret(data) => {
                let known = [
                    keys::AZURE_STORAGE_ACCOUNT_ID,
                    keys::AZURE_STORAGE_KEY,
                    keys::AZURE_STORAGE_ENVIRONMENT,
                    keys::AZURE_FEDERATED_IDENTITY,
                ];
                data.check(keys::AZURE, &known)?;
                let federated =
                    data.plain(keys::AZURE_FEDERATED_IDENTITY).as_deref() == Some("true");
                let key = data.get(keys::AZURE_STORAGE_KEY).cloned();
                if key.is_none() && !federated {
                    return Err(incomplete());
                }
                Ok(Azure {
                    account: data
                        .plain(keys::AZURE_STORAGE_ACCOUNT_ID)
                        .ok_or_else(incomplete)?,
                    key: key.filter(|_| !federated),
                    environment: data.plain(keys::AZURE_STORAGE_ENVIRONMENT),
                })
            }
            other => Err(other.unusable()),
        }
    }

    /// The JSON key file of the service account.
    pub(crate) fn gcs(&self) -> Result<SecretBytes, Error> {
        match self {
            Self::KeyPair { secret, .. } if !secret.is_empty() => Ok(secret.clone()),
            Self::Secret(data) => {
                data.check(keys::GCP, &[])?;
                data.get(keys::GCP_SERVICE_ACCOUNT_JSON)
                    .cloned()
                    .ok_or_else(|| {
                        Error::Profile(format!(
                            "secret '{}' has no {}",
                            data.name,
                            keys::GCP_SERVICE_ACCOUNT_JSON
                        ))
                    })
            }
            other => Err(other.unusable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Credential, SecretData};

    fn secret(secret_type: &str, data: &[(&str, &str)]) -> Credential {
        let values = data
            .iter()
            .map(|(k, v)| ((*k).into(), v.as_bytes().to_vec()));
        Credential::Secret(SecretData::new("n/s".into(), secret_type.into(), values))
    }

    fn message<T>(result: Result<T, crate::Error>) -> String {
        result.err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn aws() {
        let kind = "secrets.kanister.io/aws";
        let full = secret(
            kind,
            &[
                ("aws_access_key_id", "i"),
                ("aws_secret_access_key", "canary"),
                ("aws_session_token", "canary"),
                ("role", "arn:x"),
            ],
        );
        let aws = full.aws().unwrap();
        assert!(aws.keys.is_some() && aws.token.is_some() && aws.role.is_some());
        assert!(message(secret("Opaque", &[]).aws()).contains("Opaque"));
        let odd = message(secret(kind, &[("odd", "canary")]).aws());
        assert!(odd.contains("unknown field \"odd\"") && !odd.contains("canary"));
    }

    #[test]
    fn azure_without_key_needs_a_federated_identity() {
        let kind = "secrets.kanister.io/azure";
        let account = ("azure_storage_account_id", "a");
        assert!(message(secret(kind, &[account]).azure()).contains("missing"));
        let federated = |v| secret(kind, &[account, ("azure_federated_identity", v)]);
        assert!(federated("true").azure().unwrap().key.is_none());
        assert!(federated("false").azure().is_err());
    }

    #[test]
    fn the_missing_part_is_named() {
        assert!(message(Credential::Unknown("token".into()).azure()).contains("token"));
        assert!(message(Credential::Missing("keyPair").aws()).contains("keyPair"));
        assert!(message(Credential::Missing("secret").aws()).contains("Secret"));
        assert!(message(Credential::Absent.gcs()).contains("credential"));
    }
}
