//! What stores say, in the contract's words.

use crate::capability::io::IoError;
use kanister_storage::Error;

impl From<Error> for IoError {
    /// What a function can act upon gets its own case; whatever needs a person keeps the
    /// store's place and reason in its text. A missing bucket is no missing object.
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::NotFound,
            Error::AlreadyExists(_) => Self::AlreadyExists,
            Error::Precondition(_) => Self::PreconditionFailed,
            Error::Truncated { .. } => Self::Truncated,
            Error::ChecksumMismatch { .. } | Error::Unexpected { .. } => Self::ChecksumMismatch,
            Error::Unreachable { .. } | Error::Throttled(_) | Error::Unavailable { .. } => {
                Self::Unavailable(error.to_string())
            }
            Error::Profile(_)
            | Error::SecretKey { .. }
            | Error::Key(_)
            | Error::WholeBucket { .. }
            | Error::ReadOnly { .. }
            | Error::NoBucket(_)
            | Error::Denied { .. }
            | Error::WrongCredentials { .. }
            | Error::ExpiredCredentials { .. }
            | Error::WrongRegion { .. }
            | Error::Other { .. } => Self::Other(error.to_string()),
        }
    }
}
