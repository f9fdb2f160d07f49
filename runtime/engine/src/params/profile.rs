//! The Profile of an action, with the credential that it refers to.

use super::read::{ParamsError, Reader};
use super::secrets::secret_key;
use crate::seat::ObjectKey;
use kanister_api::{
    Credential, CredentialType, KeyPair, KopiaServerSecret, KopiaServerSecretRef, Location,
    LocationType, ObjectReference, Profile, secret_type,
};
use kanister_template::{KopiaServerCredential, Secret};
use std::collections::BTreeMap;

/// A Profile, and what it refers to.
#[derive(Clone)]
pub(crate) struct ResolvedProfile {
    pub(crate) profile: Profile,
    pub(crate) credential: ProfileCredential,
}

/// What opens the store of a Profile.
#[derive(Clone)]
pub(crate) enum ProfileCredential {
    KeyPair { id: String, secret: String },
    Secret(Box<Secret>),
    Kopia(KopiaServerCredential),
    /// A file store needs none.
    None,
}

/// Reads a Profile and its credential.
pub(crate) async fn profile(
    reader: &Reader,
    reference: &ObjectReference,
) -> Result<ResolvedProfile, ParamsError> {
    let key = ObjectKey::namespaced(
        kanister_api::GROUP,
        kanister_api::VERSION,
        "profiles",
        &reference.namespace,
        &reference.name,
    );
    let profile: Profile = reader.typed(&key).await?;
    let credential = credential(reader, &profile).await?;
    Ok(ResolvedProfile {
        profile,
        credential,
    })
}

async fn credential(reader: &Reader, profile: &Profile) -> Result<ProfileCredential, ParamsError> {
    let Credential {
        credential_type,
        key_pair,
        secret,
        kopia_server_secret,
        unknown: _,
    } = &profile.credential;
    match credential_type {
        CredentialType::KeyPair => key_pair_of(reader, key_pair.as_ref()).await,
        CredentialType::Secret => {
            let reference = secret.as_ref().ok_or_else(|| missing("secret"))?;
            let found: Secret = reader.typed(&secret_key(reference)).await?;
            fits(&found)?;
            Ok(ProfileCredential::Secret(Box::new(found)))
        }
        CredentialType::Kopia => kopia(reader, kopia_server_secret.as_ref()).await,
        CredentialType::Unset if profile.location.location_type == LocationType::FileStore => {
            Ok(ProfileCredential::None)
        }
        other => Err(ParamsError::Unfit(format!(
            "CredentialType '{}' not supported",
            other.as_str()
        ))),
    }
}

fn missing(field: &str) -> ParamsError {
    ParamsError::Unfit(format!(
        "the Profile's credential has no {field}, which its type needs"
    ))
}

async fn key_pair_of(
    reader: &Reader,
    key_pair: Option<&KeyPair>,
) -> Result<ProfileCredential, ParamsError> {
    let KeyPair {
        id_field,
        secret_field,
        secret: reference,
        unknown: _,
    } = key_pair.ok_or_else(|| missing("keyPair"))?;
    let found: Secret = reader.typed(&secret_key(reference)).await?;
    let place = place(reference);
    let id = value(&found, id_field)
        .ok_or_else(|| unfit(format!("Key '{id_field}' not found in secret '{place}'")))?;
    let secret = value(&found, secret_field)
        .ok_or_else(|| unfit(format!("Value '{secret_field}' not found in secret '{place}'")))?;
    Ok(ProfileCredential::KeyPair { id, secret })
}

fn unfit(message: String) -> ParamsError {
    ParamsError::Unfit(message)
}

fn place(reference: &ObjectReference) -> String {
    format!("{}:{}", reference.namespace, reference.name)
}

fn value(secret: &Secret, key: &str) -> Option<String> {
    let bytes = secret.data.as_ref()?.get(key)?;
    Some(String::from_utf8_lossy(&bytes.0).into_owned())
}

/// Whether a Secret is one of those that upstream takes as a credential.
fn fits(secret: &Secret) -> Result<(), ParamsError> {
    use secret_type::{
        AWS, AWS_ACCESS_KEY_ID, AWS_ROLE, AWS_SECRET_ACCESS_KEY, AZURE, AZURE_FEDERATED_IDENTITY,
        AZURE_STORAGE_ACCOUNT_ID, AZURE_STORAGE_ENVIRONMENT, AZURE_STORAGE_KEY, FILESTORE, GCP,
        GCP_PROJECT_ID, GCP_SERVICE_ACCOUNT_JSON,
    };
    let empty = BTreeMap::new();
    let data = secret.data.as_ref().unwrap_or(&empty);
    let only = |known: &[&str]| match data.keys().find(|key| !known.contains(&key.as_str())) {
        Some(_) => Err(unfit("Secret has an unknown field".to_owned())),
        None => Ok(()),
    };
    match secret.secret_type.as_str() {
        AWS => only(&[AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ROLE]),
        AZURE => only(&[
            AZURE_STORAGE_ACCOUNT_ID,
            AZURE_STORAGE_KEY,
            AZURE_STORAGE_ENVIRONMENT,
            AZURE_FEDERATED_IDENTITY,
        ]),
        GCP => match [GCP_PROJECT_ID, GCP_SERVICE_ACCOUNT_JSON]
            .iter()
            .find(|key| !data.contains_key(**key))
        {
            Some(key) => Err(unfit(format!("Secret is missing the field '{key}'"))),
            None => Ok(()),
        },
        FILESTORE => Ok(()),
        other => Err(unfit(format!(
            "Unsupported type '{other}' for secret '{}:{}'",
            secret.metadata.namespace, secret.metadata.name
        ))),
    }
}

async fn kopia(
    reader: &Reader,
    kopia: Option<&KopiaServerSecret>,
) -> Result<ProfileCredential, ParamsError> {
    let KopiaServerSecret {
        username,
        hostname,
        user_passphrase,
        tls_cert,
        connect_options,
        unknown: _,
    } = kopia.ok_or_else(|| missing("kopiaServerSecret"))?;
    let password = kopia_value(reader, user_passphrase.as_ref(), "userPassphrase").await?;
    let cert = kopia_value(reader, tls_cert.as_ref(), "tlsCert").await?;
    Ok(ProfileCredential::Kopia(KopiaServerCredential {
        username: username.clone(),
        hostname: hostname.clone(),
        password,
        cert,
        connect_options: (!connect_options.is_empty()).then(|| connect_options.clone()),
    }))
}

async fn kopia_value(
    reader: &Reader,
    reference: Option<&KopiaServerSecretRef>,
    field: &str,
) -> Result<String, ParamsError> {
    let full = || format!("kopiaServerSecret.{field}");
    let KopiaServerSecretRef {
        key,
        secret,
        unknown: _,
    } = reference.ok_or_else(|| missing(&full()))?;
    let secret = secret.as_ref().ok_or_else(|| missing(&full()))?;
    let found: Secret = reader.typed(&secret_key(secret)).await?;
    value(&found, key)
        .ok_or_else(|| unfit(format!("Key '{key}' not found in secret '{}'", place(secret))))
}

impl ResolvedProfile {
    /// The Profile as templates see it.
    pub(crate) fn for_templates(&self) -> kanister_template::Profile {
        let Location {
            location_type,
            bucket,
            endpoint,
            prefix,
            region,
            unknown: _,
        } = &self.profile.location;
        let kind = self.profile.credential.credential_type.as_str().to_owned();
        let mut credential = kanister_template::Credential {
            kind,
            ..kanister_template::Credential::default()
        };
        match &self.credential {
            ProfileCredential::KeyPair { id, secret } => {
                credential.key_pair = Some(kanister_template::KeyPair {
                    id: id.clone(),
                    secret: secret.clone(),
                });
            }
            ProfileCredential::Secret(secret) => credential.secret = Some((**secret).clone()),
            ProfileCredential::Kopia(kopia) => {
                credential.kopia_server_secret = Some(kopia.clone());
            }
            ProfileCredential::None => {}
        }
        kanister_template::Profile {
            location: kanister_template::Location {
                kind: location_type.as_str().to_owned(),
                bucket: bucket.clone(),
                endpoint: endpoint.clone(),
                prefix: prefix.clone(),
                region: region.clone(),
            },
            credential,
            skip_ssl_verify: self.profile.skip_ssl_verify,
        }
    }
}
