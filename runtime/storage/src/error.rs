//! What can go wrong, in the words of the caller.

use std::borrow::Cow;

use crate::key::KeyError;

/// Which object or bucket an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket, container or root folder.
    pub bucket: String,
    /// The key of the object; empty if it is about the bucket.
    pub key: String,
    /// Where the store is: its URL, or the provider's name.
    pub endpoint: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            bucket,
            key,
            endpoint,
        } = self;
        if !key.is_empty() {
            write!(f, "object {key:?} in ")?;
        }
        write!(f, "bucket {bucket:?} at {endpoint}")
    }
}

/// Why an operation on a store failed. No message holds a secret or a store's whole answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The Profile cannot be used as it is.
    #[error("the profile cannot be used: {0}")]
    Profile(String),
    /// A Secret that a Profile refers to lacks a key.
    #[error("Key '{key}' not found in secret '{secret}'")]
    SecretKey {
        /// The key.
        key: String,
        /// The Secret.
        secret: String,
    },
    /// The path is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A deletion would empty the whole bucket.
    #[error(
        "refused to delete everything in bucket {bucket:?}: neither the prefix nor the path names anything; give a path"
    )]
    WholeBucket {
        /// The bucket.
        bucket: String,
    },
    /// The location was made read-only.
    #[error("{place}: this location may only be read")]
    ReadOnly {
        /// What was to be written.
        place: Place,
    },
    /// The object is not there.
    #[error("{0}: not found")]
    NotFound(Place),
    /// The bucket or container is not there.
    #[error("bucket {:?} at {} does not exist; create it or correct the profile", .0.bucket, .0.endpoint)]
    NoBucket(Place),
    /// There is such an object already.
    #[error("{0}: exists already")]
    AlreadyExists(Place),
    /// The object changed in between.
    #[error("{0}: changed while it was used")]
    Precondition(Place),
    /// The store knows the caller and does not allow it.
    #[error("{place}: access denied by the store{}; check the rights of the credentials", in_brackets(.code))]
    Denied {
        /// What was asked for.
        place: Place,
        /// The store's word for it.
        code: Option<String>,
    },
    /// The store does not accept the credentials.
    #[error("{place}: the store does not accept the credentials{}; check the profile's Secret", in_brackets(.code))]
    WrongCredentials {
        /// What was asked for.
        place: Place,
        /// The store's word for it.
        code: Option<String>,
    },
    /// The credentials were valid once.
    #[error("{place}: the credentials have expired{}; renew them", in_brackets(.code))]
    ExpiredCredentials {
        /// What was asked for.
        place: Place,
        /// The store's word for it.
        code: Option<String>,
    },
    /// The bucket is in another region.
    #[error("{place}: the bucket is not in the region of the profile{}", but_in(.region))]
    WrongRegion {
        /// What was asked for.
        place: Place,
        /// The region that the store names.
        region: Option<String>,
    },
    /// There is no connection to the store.
    #[error("cannot reach the store at {endpoint}: {reason}")]
    Unreachable {
        /// The store's address.
        endpoint: String,
        /// Why: connection refused, the certificate, the name, a timeout.
        reason: String,
    },
    /// The store asks for fewer requests, also after all retries.
    #[error("{0}: the store is throttling requests; try again later")]
    Throttled(Place),
    /// The connection or the store failed, also after all retries.
    #[error("{place}: the store failed: {reason}; try again")]
    Unavailable {
        /// What was asked for.
        place: Place,
        /// Why.
        reason: String,
    },
    /// The bytes ended before they were complete.
    #[error("{place}: truncated: {got} of {expected} bytes arrived")]
    Truncated {
        /// The object.
        place: Place,
        /// How many bytes were announced.
        expected: u64,
        /// How many arrived.
        got: u64,
    },
    /// The bytes are not those that were stored.
    #[error("{place}: the content does not match its {algorithm} checksum; it was damaged")]
    ChecksumMismatch {
        /// The object.
        place: Place,
        /// Which checksum.
        algorithm: Cow<'static, str>,
    },
    /// What arrived is not what the caller expected.
    #[error(
        "{place}: {got} bytes were written where {expected} were expected, or their digest differs; nothing was stored"
    )]
    Unexpected {
        /// The object.
        place: Place,
        /// How many bytes were expected.
        expected: u64,
        /// How many were written.
        got: u64,
    },
    /// Anything else.
    #[error("{place}: {reason}")]
    Other {
        /// What was asked for.
        place: Place,
        /// Why it failed.
        reason: String,
    },
}

impl Error {
    /// True if the same request may succeed later without a change by anybody.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Throttled(_)
                | Self::Unavailable { .. }
                | Self::Truncated { .. }
        )
    }
}

fn in_brackets(code: &Option<String>) -> String {
    code.as_ref()
        .map_or_else(String::new, |c| format!(" ({c})"))
}

fn but_in(region: &Option<String>) -> String {
    region
        .as_ref()
        .map_or_else(String::new, |r| format!(" but in {r}; correct the profile"))
}
