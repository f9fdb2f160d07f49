//! The Secrets of new Profiles.

use std::collections::BTreeMap;
use std::ffi::OsString;

use k8s_openapi::api::core::v1::Secret;
use kanister_api::{
    Credential, CredentialType, KeyPair, LocationType, ObjectMeta, ObjectReference, Profile,
    secret_type as keys,
};
use kanister_flags::shown_path;
use kanister_storage as storage;

use crate::cli::{AzureArgs, GcpArgs, ProfileCommand, S3Args};
use crate::error::Error;
use crate::hide::remember;

/// The key of Google's service account in the Secrets that this tool makes.
const GCP_SERVICE_KEY: &str = "gcp_service_key";

/// A key of a Secret's data and its value.
type Field<'a> = (&'static str, &'a str);

/// Credentials from the command line.
pub(crate) enum Keys {
    S3 {
        id: String,
        secret: String,
        role: String,
    },
    Gcp {
        project: String,
        key: String,
    },
    Azure {
        account: String,
        key: String,
        environment: String,
    },
}

impl Keys {
    /// Takes the credentials, which are never shown from here on.
    ///
    /// # Errors
    /// A file that is none or holds no key, arguments too many.
    pub(crate) fn from_args(command: ProfileCommand) -> Result<Self, Error> {
        let keys = Self::read(command)?;
        keys.secrets().iter().for_each(|secret| remember(secret));
        Ok(keys)
    }

    fn read(command: ProfileCommand) -> Result<Self, Error> {
        match command {
            ProfileCommand::S3compliant(S3Args {
                access_key,
                secret_key,
                role,
                none,
            }) => {
                no_words(none)?;
                Ok(Self::S3 {
                    id: access_key,
                    secret: secret_key,
                    role,
                })
            }
            ProfileCommand::Gcp(GcpArgs {
                project_id,
                service_key,
                none,
            }) => {
                no_words(none)?;
                let path = shown_path(&service_key);
                let key = std::fs::read_to_string(&service_key).map_err(|source| Error::File {
                    path: path.clone(),
                    source,
                })?;
                check_google(&path, &key)?;
                Ok(Self::Gcp {
                    project: project_id,
                    key,
                })
            }
            ProfileCommand::Azure(AzureArgs {
                storage_account,
                storage_key,
                storage_env,
                none,
            }) => {
                no_words(none)?;
                Ok(Self::Azure {
                    account: storage_account,
                    key: storage_key,
                    environment: storage_env,
                })
            }
        }
    }

    /// What names begin with.
    pub(crate) fn prefix(&self) -> &'static str {
        match self {
            Self::S3 { .. } => "s3",
            Self::Gcp { .. } => "gcp",
            Self::Azure { .. } => "azure",
        }
    }

    pub(crate) fn location_type(&self) -> LocationType {
        match self {
            Self::S3 { .. } => LocationType::S3Compliant,
            Self::Gcp { .. } => LocationType::Gcs,
            Self::Azure { .. } => LocationType::Azure,
        }
    }

    /// The type of the Secret if the Profile refers to it as a whole.
    fn secret_type(&self) -> Option<&'static str> {
        match self {
            Self::S3 { role, .. } => (!role.is_empty()).then_some(keys::AWS),
            Self::Azure { environment, .. } => (!environment.is_empty()).then_some(keys::AZURE),
            Self::Gcp { .. } => None,
        }
    }

    /// The two fields of a key pair, and further ones.
    fn fields(&self) -> ([Field<'_>; 2], Option<Field<'_>>) {
        match self {
            Self::S3 { id, secret, role } => (
                [
                    (keys::AWS_ACCESS_KEY_ID, id),
                    (keys::AWS_SECRET_ACCESS_KEY, secret),
                ],
                Some((keys::AWS_ROLE, role)),
            ),
            Self::Gcp { project, key } => (
                [(keys::GCP_PROJECT_ID, project), (GCP_SERVICE_KEY, key)],
                None,
            ),
            Self::Azure {
                account,
                key,
                environment,
            } => (
                [
                    (keys::AZURE_STORAGE_ACCOUNT_ID, account),
                    (keys::AZURE_STORAGE_KEY, key),
                ],
                Some((keys::AZURE_STORAGE_ENVIRONMENT, environment)),
            ),
        }
    }

    /// What nobody may see: the secret itself, and in the key file of Google each line of
    /// its private key.
    fn secrets(&self) -> Vec<String> {
        let ([_, (_, secret)], _) = self.fields();
        let file: Option<serde_json::Value> = match self {
            Self::Gcp { key, .. } => serde_json::from_str(key).ok(),
            Self::S3 { .. } | Self::Azure { .. } => None,
        };
        let private = file
            .as_ref()
            .and_then(|file| file.get("private_key")?.as_str());
        let lines = private.into_iter().flat_map(str::lines);
        lines.chain([secret]).map(str::to_owned).collect()
    }

    /// The Secret.
    pub(crate) fn secret(&self, namespace: &str, name: &str) -> Secret {
        let (pair, more) = self.fields();
        let more = more.filter(|(_, value)| !value.is_empty());
        let data: BTreeMap<String, String> = pair
            .into_iter()
            .chain(more)
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Secret {
            metadata: ObjectMeta {
                name: Some(name.into()),
                namespace: Some(namespace.into()),
                ..ObjectMeta::default()
            },
            string_data: Some(data),
            type_: self.secret_type().map(str::to_owned),
            ..Secret::default()
        }
    }

    /// How the Profile refers to the Secret.
    pub(crate) fn credential(&self, namespace: &str, name: &str) -> Credential {
        let secret = ObjectReference {
            namespace: namespace.into(),
            name: name.into(),
            ..ObjectReference::default()
        };
        if self.secret_type().is_some() {
            return Credential {
                credential_type: CredentialType::Secret,
                secret: Some(secret),
                ..Credential::default()
            };
        }
        let ([(id, _), (key, _)], _) = self.fields();
        Credential {
            credential_type: CredentialType::KeyPair,
            key_pair: Some(KeyPair {
                id_field: id.into(),
                secret_field: key.into(),
                secret,
                ..KeyPair::default()
            }),
            ..Credential::default()
        }
    }

    /// The Profile with these credentials.
    pub(crate) fn opened(&self, profile: &Profile) -> storage::Profile {
        let ([(_, id), (_, secret)], more) = self.fields();
        let credential = match self.secret_type() {
            None => storage::Credential::KeyPair {
                id: id.into(),
                secret: secret.into(),
            },
            Some(kind) => {
                let more = more.filter(|(_, value)| !value.is_empty());
                let (pair, _) = self.fields();
                let data = pair.into_iter().chain(more);
                let data = data.map(|(k, v)| (k.to_owned(), v.as_bytes().to_vec()));
                let name = "the new secret".to_owned();
                storage::Credential::Secret(storage::SecretData::new(name, kind.into(), data))
            }
        };
        storage::Profile {
            location: profile.location.clone(),
            credential,
            skip_ssl_verify: profile.skip_ssl_verify,
        }
    }
}

/// # Errors
/// Words besides the flags, which are not repeated: one of them may be the secret of a flag.
fn no_words(words: Vec<OsString>) -> Result<(), Error> {
    match words.len() {
        0 => Ok(()),
        received => Err(Error::Argument(format!(
            "accepts 0 arg(s), received {received}; give everything by flags"
        ))),
    }
}

/// The kinds of Google's credential files.
const GOOGLE: [&str; 6] = [
    "service_account",
    "authorized_user",
    "external_account",
    "external_account_authorized_user",
    "impersonated_service_account",
    "gdch_service_account",
];

/// A kind for the message, unless it is no such word.
fn shown_kind(kind: &str) -> String {
    let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
    match kind.len() <= 40 && kind.chars().all(is_word) {
        true => format!(": {kind:?}"),
        false => String::new(),
    }
}

/// # Errors
/// No credential file of Google; the text is not repeated.
fn check_google(path: &str, text: &str) -> Result<(), Error> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| Error::Manifest {
        path: path.into(),
        reason: format!("no JSON at line {}, column {}", e.line(), e.column()),
    })?;
    let kind = value
        .get("type")
        .and_then(|kind| kind.as_str())
        .unwrap_or_default();
    match GOOGLE.contains(&kind) {
        true => Ok(()),
        false => Err(Error::Argument(format!(
            "{path}: unknown credential type{}; give the key file of a service account",
            shown_kind(kind)
        ))),
    }
}
