//! Profiles as stores.

mod azure;
mod file;
mod gcs;
mod role;
pub(crate) mod s3;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kanister_api::LocationType;
use object_store::list::PaginatedListStore;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use crate::error::{Error, Place};
use crate::profile::Profile;
use crate::transport::Transport;

/// What stands in [`Place::endpoint`] for the file store.
pub(crate) const FILE_ENDPOINT: &str = "the file system";

/// What the one who opens a store decides, not the Profile.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// Which folders Profiles of the type `filestore` may use.
    pub file_roots: FileRoots,
    /// Certificates to trust besides the machine's, PEM.
    pub extra_roots: Vec<u8>,
}

/// Folders that Profiles of the type `filestore` may use.
#[derive(Clone, Debug, Default)]
pub enum FileRoots {
    /// None: such Profiles are refused.
    #[default]
    None,
    /// These and what is below them.
    Below(Vec<PathBuf>),
    /// Any folder; for a tool that runs with its user's own rights.
    Any,
}

/// An opened bucket.
#[derive(Clone)]
pub(crate) struct Store {
    /// Reads, lists, deletes and copies.
    pub(crate) reader: Arc<dyn ObjectStore>,
    /// Writes, with checksums where there are such.
    pub(crate) writer: Arc<dyn ObjectStore>,
    /// Writes without additional checksums, for stores that do not know them.
    pub(crate) plain: Option<Arc<dyn ObjectStore>>,
    /// Lists page by page.
    pub(crate) pages: Option<Arc<dyn PaginatedListStore>>,
    pub(crate) bucket: String,
    pub(crate) endpoint: String,
}

impl Store {
    /// Opens the store of `profile`; nothing is sent yet.
    pub(crate) fn open(
        profile: &Profile,
        options: &StoreOptions,
        region: Option<&str>,
    ) -> Result<Self, Error> {
        let location = &profile.location;
        let transport = Transport::new(profile, options);
        let missing_bucket = location.bucket.is_empty()
            && !matches!(
                location.location_type,
                LocationType::Kopia | LocationType::Unset | LocationType::Other(_)
            );
        if missing_bucket {
            return Err(Error::Profile("Bucket not specified".into()));
        }
        match &location.location_type {
            LocationType::S3Compliant => s3::open(profile, &transport, region),
            LocationType::Gcs => gcs::open(profile, &transport),
            LocationType::Azure => azure::open(profile, &transport),
            LocationType::Filestore => file::open(location, &options.file_roots),
            LocationType::Kopia => Err(Error::Profile(
                "its location is of the type kopia, which is not supported yet; its credential is not used".into(),
            )),
            LocationType::Unset | LocationType::Other(_) => Err(Error::Profile(format!(
                "Unsupported Location type: {}; use s3Compliant, gcs, azure or filestore",
                location.location_type
            ))),
        }
    }

    /// The place of `key`, for messages.
    pub(crate) fn place(&self, key: &str) -> Place {
        Place {
            bucket: self.bucket.clone(),
            key: key.into(),
            endpoint: self.endpoint.clone(),
        }
    }
}

/// How long failed requests are repeated.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(10),
            base: 2.0,
        },
        max_retries: 8,
        retry_timeout: Duration::from_secs(180),
    }
}

/// An endpoint as URL: `https` if it has no scheme, without slashes at its end.
fn endpoint_url(endpoint: &str) -> Option<String> {
    let trimmed = endpoint.trim().trim_end_matches('/');
    (!trimmed.is_empty()).then(|| match trimmed.contains("://") {
        true => trimmed.to_owned(),
        false => format!("https://{trimmed}"),
    })
}

/// What the library says about settings, without what it might quote.
fn settings(what: &str) -> Error {
    Error::Profile(format!("{what}; correct the profile or its Secret"))
}
