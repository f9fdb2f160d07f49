//! What a Profile must be, and whether its store answers.

use bytes::Bytes;
use k8s_openapi::api::core::v1::Secret;
use kanister_api::{CredentialType, LocationType, ObjectReference, Profile};
use kanister_storage::{self as storage, FileRoots, Location, StoreOptions, WriteOptions};

use crate::cluster::Cluster;
use crate::error::Error;
use crate::random;

/// The checks of a store, in their order.
pub(crate) const CHECKS: [&str; 3] = [
    "Validate bucket region specified in profile",
    "Validate read access to bucket specified in profile",
    "Validate write access to bucket specified in profile",
];

fn invalid(text: impl Into<String>) -> Error {
    Error::Invalid(text.into())
}

/// What shows without a look at the store.
///
/// # Errors
/// What is missing or unknown.
pub(crate) fn check_schema(profile: &Profile) -> Result<(), Error> {
    let location = &profile.location;
    match &location.location_type {
        LocationType::S3Compliant if location.bucket.is_empty() => {
            return Err(invalid("Bucket not specified"));
        }
        LocationType::S3Compliant if location.region.is_empty() => {
            return Err(invalid("Bucket region not specified"));
        }
        LocationType::S3Compliant
        | LocationType::Gcs
        | LocationType::Azure
        | LocationType::Filestore => {}
        other => {
            return Err(invalid(format!(
                "unknown or unsupported location type '{other}'"
            )));
        }
    }
    let credential = &profile.credential;
    match &credential.credential_type {
        CredentialType::KeyPair => {
            let pair = credential.key_pair.as_ref();
            let pair =
                pair.ok_or_else(|| invalid("the credential has the type keyPair but no keyPair"))?;
            for (field, value) in [
                ("keyPair.idField", &pair.id_field),
                ("keyPair.secretField", &pair.secret_field),
                ("keyPair.secret.name", &pair.secret.name),
            ] {
                if value.is_empty() {
                    return Err(invalid(format!("the credential has no {field}")));
                }
            }
            Ok(())
        }
        CredentialType::Secret => {
            let secret = credential.secret.as_ref();
            let secret = secret
                .ok_or_else(|| invalid("the credential has the type secret but no secret"))?;
            match secret.name.is_empty() || secret.namespace.is_empty() {
                true => Err(invalid(
                    "the credential's secret has no name or no namespace",
                )),
                false => Ok(()),
            }
        }
        // A folder needs none.
        CredentialType::Unset if location.location_type == LocationType::Filestore => Ok(()),
        other => Err(invalid(format!("Unsupported credential type '{other}'"))),
    }
}

/// The Profile with the contents of its Secret.
///
/// # Errors
/// The Secret or a field of it is not there.
pub(crate) async fn open(profile: &Profile, cluster: &Cluster) -> Result<storage::Profile, Error> {
    let secret = match storage::Profile::secret_of(profile) {
        Some(reference) => Some(fetch(cluster, reference).await?),
        None => None,
    };
    storage::Profile::resolve(profile, secret).map_err(|error| match error {
        incomplete @ storage::Error::SecretKey { .. } => invalid(incomplete.to_string()),
        other => other.into(),
    })
}

async fn fetch(
    cluster: &Cluster,
    reference: &ObjectReference,
) -> Result<storage::SecretData, Error> {
    let ObjectReference {
        name, namespace, ..
    } = reference;
    let what = "Could not fetch the secret specified in credential: secret";
    let secret: Secret = cluster.get(what, namespace, name).await?;
    let data = secret.data.unwrap_or_default();
    Ok(storage::SecretData::new(
        format!("{namespace}:{name}"),
        secret.type_.unwrap_or_default(),
        data.into_iter().map(|(key, value)| (key, value.0)),
    ))
}

/// Connects, lists, and writes and deletes an object of a name that nobody else has, below the
/// prefix. `passed` is told the name of each check.
///
/// # Errors
/// The first check that fails.
pub(crate) async fn check_access(
    profile: &Profile,
    opened: &storage::Profile,
    passed: &mut (dyn FnMut(&str) -> Result<(), Error> + Send),
) -> Result<(), Error> {
    let [region, read, write] = CHECKS;
    let options = StoreOptions {
        file_roots: FileRoots::Any,
        ..StoreOptions::default()
    };
    let location = Location::connect(opened, &options).await?;
    passed(region)?;
    location.list("", None).await?;
    passed(read)?;
    let key = format!(".kanister-write-check-{}", random::suffix(16)?);
    let mut upload = location.write(&key, WriteOptions::default())?;
    let text = format!("written to check the access to {}", profile.location.bucket);
    upload.append(Bytes::from(text)).await?;
    upload.commit(None).await?;
    location.delete(&key).await?;
    passed(write)
}
