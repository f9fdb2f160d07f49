//! Why the tool failed.

use std::io;

use crate::functions::FunctionError;

/// Why the tool failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Usage(#[from] kanister_flags::UsageError),
    #[error("{0}")]
    Argument(String),
    #[error("open {path}")]
    File {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("{path} cannot be read as YAML or JSON: {reason}")]
    Manifest { path: String, reason: String },
    #[error("writing to stdout")]
    Stdout(#[source] io::Error),
    #[error("the YAML cannot be written: {0}")]
    Yaml(String),
    #[error(
        "invalid configuration: no usable kubeconfig (KUBECONFIG or ~/.kube/config) and not in a pod: {0}"
    )]
    Kubeconfig(String),
    // Not as a source: its own text is made for developers.
    #[error("{what}: {}", of_kube(.cause))]
    Cluster {
        what: String,
        cause: Box<kube::Error>,
    },
    #[error("resource verification failed; create what is missing or give --skip-validation")]
    Verification,
    #[error("profile validation failed: {0}")]
    NewProfile(Box<Error>),
    #[error("{0}: Validation Failed")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] kanister_storage::Error),
    #[error("Failed to validate {what}: {source}")]
    Phase { what: String, source: FunctionError },
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
}

/// The API server's own message, or the causes of a failed connection.
fn of_kube(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => chain(other),
    }
}

/// An error with its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(e) = cause {
        let more = e.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = e.source();
    }
    text
}
