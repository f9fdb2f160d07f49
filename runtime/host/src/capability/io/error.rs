//! What can go wrong with bytes on their way.

use crate::authority::Denial;
use crate::bindings::kanister::io::types as wit;

/// Why bytes did not arrive; `kanister:io/types.error` in the contract.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IoError {
    /// The authority refused.
    #[error("{0}")]
    Denied(Box<Denial>),
    /// No such object.
    #[error("not found")]
    NotFound,
    /// An object of that name is there.
    #[error("already exists")]
    AlreadyExists,
    /// A condition of the request does not hold.
    #[error("precondition failed")]
    PreconditionFailed,
    /// The bytes ended before their source said that it was complete.
    #[error("the data ended before it was complete")]
    Truncated,
    /// The bytes are not those that were expected.
    #[error("checksum mismatch")]
    ChecksumMismatch,
    /// A quota of the store, or of the call.
    #[error("quota exceeded: {0}")]
    QuotaExceeded(String),
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// The call was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Worth trying again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<IoError> for wit::Error {
    fn from(error: IoError) -> Self {
        match error {
            IoError::Denied(denial) => Self::Denied((&*denial).into()),
            IoError::NotFound => Self::NotFound,
            IoError::AlreadyExists => Self::AlreadyExists,
            IoError::PreconditionFailed => Self::PreconditionFailed,
            IoError::Truncated => Self::Truncated,
            IoError::ChecksumMismatch => Self::ChecksumMismatch,
            IoError::QuotaExceeded(why) => Self::QuotaExceeded(why),
            IoError::Timeout => Self::Timeout,
            IoError::Cancelled => Self::Cancelled,
            IoError::Unavailable(why) => Self::Unavailable(why),
            IoError::Other(why) => Self::Other(why),
        }
    }
}
