//! How a function fails, and how errors of the host become its failure.
//!
//! `?` keeps what the engine has to know: a denial stays a denial, a cancelled call stays
//! cancelled, and what may succeed later is retryable.

use crate::bindings::kanister::{host, http, io, kube, secrets, template};
use crate::types::{Cause, Denial, Failure, FieldError};
use std::fmt;

/// What a function answers with.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// The same call would fail again.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::Permanent(cause("failed", message))
    }

    /// The same call may succeed later.
    pub fn retryable(message: impl Into<String>) -> Self {
        Self::Retryable(cause("unavailable", message))
    }

    /// The argument at `path` is wrong.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidArgs(vec![FieldError {
            path: path.into(),
            message: message.into(),
        }])
    }

    /// The same failure under a stable word for programs: `pod-failed`. Denials and invalid
    /// arguments have their own and stay as they are.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        if let Self::Cancelled(cause) | Self::Retryable(cause) | Self::Permanent(cause) = &mut self
        {
            cause.code = code.into();
        }
        self
    }

    /// The same failure with `what` before its message.
    #[must_use]
    pub fn explained(mut self, what: impl fmt::Display) -> Self {
        match &mut self {
            Self::Cancelled(cause) | Self::Retryable(cause) | Self::Permanent(cause) => {
                cause.message = format!("{what}: {}", cause.message);
            }
            Self::Denied(denial) => denial.reason = format!("{what}: {}", denial.reason),
            Self::InvalidArgs(errors) => {
                for error in errors {
                    error.message = format!("{what}: {}", error.message);
                }
            }
        }
        self
    }
}

/// Says what was being done when something failed.
pub trait Explain<T> {
    /// Puts `what` before the message; the kind of failure stays as it is.
    ///
    /// # Errors
    /// The failure that was there, explained.
    fn explain(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<Failure>> Explain<T> for Result<T, E> {
    fn explain(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.into().explained(what))
    }
}

/// What is wrong with the arguments of a call.
#[derive(Debug, PartialEq)]
pub struct Invalid(pub Vec<FieldError>);

impl Invalid {
    /// The argument at `path` (`conditions.anyOf[0].condition`) is wrong.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![FieldError {
            path: path.into(),
            message: message.into(),
        }])
    }
}

impl From<Invalid> for Failure {
    fn from(Invalid(errors): Invalid) -> Self {
        Self::InvalidArgs(errors)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::permanent(error.to_string())
    }
}

impl From<std::string::FromUtf8Error> for Failure {
    fn from(error: std::string::FromUtf8Error) -> Self {
        Self::permanent(format!("expected text: {error}"))
    }
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<host::clock::Cancelled> for Failure {
    fn from(host::clock::Cancelled { grace_ms }: host::clock::Cancelled) -> Self {
        cancelled(format!("asked to stop within {grace_ms} ms"))
    }
}

impl From<io::types::Error> for Failure {
    fn from(error: io::types::Error) -> Self {
        use io::types::Error;
        match error {
            Error::Denied(denial) => Self::Denied(denial),
            Error::Cancelled => cancelled("the call was stopped"),
            Error::NotFound => Self::permanent("there is no such object").with_code("not-found"),
            Error::AlreadyExists => {
                Self::permanent("the object exists already").with_code("already-exists")
            }
            Error::PreconditionFailed => {
                Self::permanent("the object has changed").with_code("conflict")
            }
            Error::Truncated => {
                Self::retryable("the bytes ended before they were complete").with_code("truncated")
            }
            Error::ChecksumMismatch => Self::permanent("the bytes are not those that were written")
                .with_code("checksum-mismatch"),
            Error::QuotaExceeded(message) => Self::permanent(message).with_code("quota-exceeded"),
            Error::Timeout => Self::retryable("timed out").with_code("timeout"),
            Error::Unavailable(message) => Self::retryable(message),
            Error::Other(message) => Self::permanent(message),
        }
    }
}

impl From<kube::types::Error> for Failure {
    fn from(error: kube::types::Error) -> Self {
        use kube::types::Error;
        match error {
            Error::Denied(denial) => Self::Denied(denial),
            Error::Cancelled => cancelled("the call was cancelled"),
            Error::NotFound(message) => Self::permanent(message).with_code("not-found"),
            Error::AlreadyExists(message) => Self::permanent(message).with_code("already-exists"),
            Error::Conflict(message) => Self::retryable(message).with_code("conflict"),
            Error::Invalid(message) => Self::permanent(message).with_code("invalid"),
            Error::Forbidden(message) => Self::permanent(message).with_code("forbidden"),
            Error::Timeout => Self::retryable("timed out").with_code("timeout"),
            Error::Throttled(after) => Self::retryable(match after {
                Some(after) => format!("the API server asks to try again after {after} ms"),
                None => "the API server asks to try again later".to_owned(),
            })
            .with_code("throttled"),
            Error::Unavailable(message) => Self::retryable(message),
            Error::Truncated => {
                Self::retryable("the connection ended before the command or log did")
                    .with_code("truncated")
            }
            Error::Other(message) => Self::permanent(message),
        }
    }
}

impl From<http::client::Error> for Failure {
    fn from(error: http::client::Error) -> Self {
        use http::client::Error;
        match error {
            Error::Denied(denial) => Self::Denied(denial),
            Error::Cancelled => cancelled("the request was cancelled"),
            Error::Invalid(message) => Self::permanent(message).with_code("invalid"),
            Error::Dns(message) => Self::retryable(message).with_code("dns"),
            Error::Connect(message) => Self::retryable(message).with_code("connect"),
            Error::Tls(message) => Self::permanent(message).with_code("tls"),
            Error::Timeout => Self::retryable("timed out").with_code("timeout"),
            Error::BodyTooLarge(limit) => {
                Self::permanent(format!("the answer is larger than {limit} bytes"))
                    .with_code("body-too-large")
            }
            Error::Other(message) => Self::permanent(message),
        }
    }
}

impl From<secrets::store::Error> for Failure {
    fn from(error: secrets::store::Error) -> Self {
        use secrets::store::Error;
        match error {
            Error::Denied(denial) => Self::Denied(denial),
            Error::NotFound => Self::permanent("the secret is not there").with_code("not-found"),
            Error::Unavailable(message) => Self::retryable(message),
            Error::Other(message) => Self::permanent(message),
        }
    }
}

impl From<template::render::Error> for Failure {
    fn from(error: template::render::Error) -> Self {
        use template::render::Error;
        match error {
            Error::Invalid(message) => Self::permanent(message).with_code("invalid-template"),
            Error::Limit(message) => Self::permanent(message).with_code("template-limit"),
            Error::Other(message) => Self::permanent(message),
        }
    }
}

/// The call was asked to stop.
pub(crate) fn cancelled(message: impl Into<String>) -> Failure {
    Failure::Cancelled(cause("cancelled", message))
}

fn cause(code: &str, message: impl Into<String>) -> Cause {
    Cause {
        code: code.to_owned(),
        message: message.into(),
        details: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_must_know_survives_the_question_mark() {
        let denial = Denial {
            access: "a".into(),
            reason: "r".into(),
            grant: "g".into(),
        };
        assert_eq!(
            Failure::from(kube::types::Error::Denied(denial.clone())),
            Failure::Denied(denial)
        );
        assert!(matches!(
            Failure::from(io::types::Error::Cancelled),
            Failure::Cancelled(_)
        ));
        for retryable in [
            Failure::from(kube::types::Error::Throttled(Some(5))),
            Failure::from(kube::types::Error::Truncated),
            Failure::from(kube::types::Error::Unavailable("x".into())),
            Failure::from(io::types::Error::Truncated),
            Failure::from(io::types::Error::Unavailable("x".into())),
        ] {
            assert!(matches!(retryable, Failure::Retryable(_)), "{retryable:?}");
        }
    }

    #[test]
    fn an_explanation_keeps_the_kind_and_the_code() {
        let failed: Result<()> =
            Err::<(), _>(kube::types::Error::NotFound("pods \"db\"".into())).explain("reading");
        let Err(Failure::Permanent(cause)) = failed else {
            panic!("{failed:?}")
        };
        assert_eq!(
            (cause.code.as_str(), cause.message.as_str()),
            ("not-found", "reading: pods \"db\"")
        );
    }
}
