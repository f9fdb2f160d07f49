//! Why the tool failed.

use std::io;

/// The exit status of every failure (`EX_UNAVAILABLE` of sysexits.h), as scripts know it.
pub(crate) const FAILED: u8 = 69;

/// Why the tool failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Usage(#[from] kanister_flags::UsageError),
    #[error(transparent)]
    Store(#[from] kanister_storage::Error),
    #[error(transparent)]
    Profile(#[from] kanister_storage::ProfileJsonError),
    #[error(
        "Please provide the --profile flag, or the name of a file that holds the profile (--profile-file)"
    )]
    NoProfile,
    #[error("the profile file {path} cannot be read")]
    ProfileFile {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("Invalid log level: {0}; use debug, info, warning, error, fatal or panic")]
    LogLevel(String),
    #[error("{0}")]
    Argument(String),
    #[error(
        "Stdin must be piped when the source parameter is \"-\"; pipe the data in, or redirect a file"
    )]
    Stdin,
    #[error("open {path}")]
    Open {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("reading {path}")]
    Read {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("writing {path}")]
    Write {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("stopped by a signal before everything had arrived")]
    Stopped,
    #[error("writing to stdout")]
    Stdout(#[source] io::Error),
    #[error("the program cannot start")]
    Start(#[source] io::Error),
    #[error("Chronicle pipe command failed: {0}")]
    Command(String),
    #[error("{0}")]
    Unsupported(String),
    #[error(
        "no process server answers at {address}: {source}; start one with 'kando process server'"
    )]
    NoServer {
        address: String,
        source: tonic::transport::Error,
    },
    #[error("the process server cannot use {address}")]
    Listen {
        address: String,
        #[source]
        source: io::Error,
    },
    #[error("the process server refused: {}", .0.message())]
    Rpc(#[from] tonic::Status),
}

impl Error {
    pub(crate) fn exit_status(&self) -> u8 {
        FAILED
    }
}
