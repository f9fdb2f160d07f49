//! What can go wrong between the host and the API server.

use crate::authority::Denial;
use crate::bindings::kanister::kube::types as wit;
use crate::capability::cancel::millis;
use crate::capability::io::IoError;
use crate::gate::Reveal as _;
use crate::secret::Vault;
use kube::core::Status;
use std::time::Duration;

/// Bytes of a message that a server may put into an error of ours.
const LONGEST_MESSAGE: usize = 2 << 10;

/// Why Kubernetes did not do it; `kanister:kube/types.error` in the contract.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum KubeError {
    /// The authority refused.
    #[error("{0}")]
    Denied(Box<Denial>),
    /// No such object.
    #[error("not found: {0}")]
    NotFound(String),
    /// An object of that name is there.
    #[error("already exists: {0}")]
    AlreadyExists(String),
    /// The object has changed meanwhile, or a precondition does not hold.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The request is wrong.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The identity that the function runs as may not do this.
    #[error("forbidden by the cluster: {0}")]
    Forbidden(String),
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// The call was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The server asks for patience.
    #[error("the API server asks to try again later")]
    Throttled(Option<Duration>),
    /// Worth trying again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The connection ended before the command or the log did.
    #[error("the connection ended before it was complete")]
    Truncated,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl KubeError {
    /// Whether the same request may succeed in a moment.
    pub(super) fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Throttled(_) | Self::Timeout
        )
    }

    /// The same with tokens in the place of secrets, for what does not pass the gate on its
    /// way back: a container runtime quotes the command that it could not run.
    pub(super) fn concealed(self, vault: &Vault) -> Self {
        let conceal = |text: String| vault.conceal_text(&text).into_owned();
        match self {
            Self::NotFound(text) => Self::NotFound(conceal(text)),
            Self::AlreadyExists(text) => Self::AlreadyExists(conceal(text)),
            Self::Conflict(text) => Self::Conflict(conceal(text)),
            Self::Invalid(text) => Self::Invalid(conceal(text)),
            Self::Forbidden(text) => Self::Forbidden(conceal(text)),
            Self::Unavailable(text) => Self::Unavailable(conceal(text)),
            Self::Other(text) => Self::Other(conceal(text)),
            other @ (Self::Denied(_)
            | Self::Timeout
            | Self::Cancelled
            | Self::Throttled(_)
            | Self::Truncated) => other,
        }
    }

    /// The answer of a server that refused, by its HTTP status and, if it sent one, its
    /// `Status` object.
    pub(super) fn of_status(status: &Status, retry_after: Option<Duration>) -> Self {
        let message = brief(&status.message);
        match status.code {
            404 => Self::NotFound(message),
            409 if status.reason == "AlreadyExists" => Self::AlreadyExists(message),
            409 | 410 | 412 => Self::Conflict(message),
            401 | 403 => Self::Forbidden(message),
            429 => Self::Throttled(retry_after.or(match status.details.as_ref() {
                Some(details) if details.retry_after_seconds > 0 => {
                    Some(Duration::from_secs(details.retry_after_seconds.into()))
                }
                _ => None,
            })),
            400..500 => Self::Invalid(message),
            500.. => Self::Unavailable(message),
            _ => Self::Other(message),
        }
    }
}

/// A stranger's text, cut to what an error can carry and without control characters.
pub(super) fn brief(text: &str) -> String {
    let mut short = String::new();
    for c in text.trim().chars() {
        if short.len() >= LONGEST_MESSAGE {
            short.push('…');
            break;
        }
        short.push(if c.is_control() { ' ' } else { c });
    }
    short
}

impl From<kube::Error> for KubeError {
    fn from(error: kube::Error) -> Self {
        if let Some(denial) = chain(&error).find_map(|error| error.downcast_ref::<Denial>()) {
            return Self::Denied(Box::new(denial.clone()));
        }
        match error {
            kube::Error::Api(status) => Self::of_status(&status, None),
            kube::Error::BuildRequest(_) | kube::Error::HttpError(_) => {
                Self::Invalid(brief(&error.to_string()))
            }
            kube::Error::SerdeError(error) => Self::Other(format!(
                "the API server's answer is not understood: {error}"
            )),
            other => Self::Unavailable(format!(
                "no answer from the API server: {}",
                root_cause(&other)
            )),
        }
    }
}

type DynError = dyn std::error::Error + 'static;

/// An error and what lies below it.
fn chain(error: &DynError) -> impl Iterator<Item = &DynError> {
    /// More layers than any stack of ours has; a chain that never ends is cut there.
    const DEPTH: usize = 16;
    std::iter::successors(Some(error), |error| error.source()).take(DEPTH)
}

/// What lies at the bottom: the layers above it only say that something failed.
fn root_cause(error: &DynError) -> String {
    chain(error)
        .last()
        .map_or_else(String::new, |last| brief(&last.to_string()))
}

impl From<KubeError> for wit::Error {
    fn from(error: KubeError) -> Self {
        match error {
            KubeError::Denied(denial) => Self::Denied((&*denial).into()),
            KubeError::NotFound(what) => Self::NotFound(what),
            KubeError::AlreadyExists(what) => Self::AlreadyExists(what),
            KubeError::Conflict(why) => Self::Conflict(why),
            KubeError::Invalid(why) => Self::Invalid(why),
            KubeError::Forbidden(why) => Self::Forbidden(why),
            KubeError::Timeout => Self::Timeout,
            KubeError::Cancelled => Self::Cancelled,
            KubeError::Throttled(after) => Self::Throttled(after.map(millis)),
            KubeError::Unavailable(why) => Self::Unavailable(why),
            KubeError::Truncated => Self::Truncated,
            KubeError::Other(why) => Self::Other(why),
        }
    }
}

impl From<KubeError> for IoError {
    fn from(error: KubeError) -> Self {
        match error {
            KubeError::Denied(denial) => Self::Denied(denial),
            KubeError::NotFound(_) => Self::NotFound,
            KubeError::AlreadyExists(_) => Self::AlreadyExists,
            KubeError::Conflict(_) => Self::PreconditionFailed,
            KubeError::Timeout => Self::Timeout,
            KubeError::Cancelled => Self::Cancelled,
            KubeError::Throttled(_) => Self::Unavailable(error.to_string()),
            KubeError::Unavailable(why) => Self::Unavailable(why),
            KubeError::Truncated => Self::Truncated,
            KubeError::Invalid(_) | KubeError::Forbidden(_) | KubeError::Other(_) => {
                Self::Other(error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests;
