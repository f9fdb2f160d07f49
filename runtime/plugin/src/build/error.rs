use crate::check::Mismatch;
use crate::error::ReadError;
use std::path::PathBuf;

/// Why a plugin could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder holds no crate.
    #[error(
        "{} has no Cargo.toml; for a plugin in another language give its core module with \
         --core FILE or its component with --component FILE",
        dir.display()
    )]
    NoCrate {
        /// The folder.
        dir: PathBuf,
    },
    /// A tool could not be used.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The crate makes no library that can become a component.
    #[error(
        "{name} makes no WebAssembly library; add to its Cargo.toml:\n\
         [lib]\ncrate-type = [\"cdylib\", \"rlib\"]"
    )]
    NoCdylib {
        /// The crate.
        name: String,
    },
    /// The Rust target is missing and cannot be added from here.
    #[error("Rust cannot build for wasm32-unknown-unknown here: {hint}")]
    NoTarget {
        /// What to run.
        hint: String,
    },
    /// The core module cannot become a component.
    #[error("the core module cannot become a component: {0}")]
    Componentize(String),
    /// What was made is no plugin.
    #[error("what was built is no plugin: {0}")]
    Plugin(#[from] ReadError),
    /// Imports and manifest disagree.
    #[error("{}", list(name, mismatches))]
    Check {
        /// The plugin.
        name: String,
        /// Where.
        mismatches: Vec<Mismatch>,
    },
    /// The version of the crate is not a semantic version.
    #[error("the version {version:?} is no semantic version")]
    Version {
        /// The version.
        version: String,
        /// Why.
        source: semver::Error,
    },
}

/// Why a tool could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It cannot be started.
    #[error("cannot run `{command}`; is it installed and on PATH?")]
    Start {
        /// The command line.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// It failed.
    #[error("`{command}` failed{}", if output.is_empty() { String::new() } else { format!(":\n{output}") })]
    Failed {
        /// The command line.
        command: String,
        /// What it printed, if that was not shown already.
        output: String,
    },
    /// It printed something unexpected.
    #[error("`{command}` printed something unexpected: {message}")]
    Output {
        /// The command line.
        command: String,
        /// What was wrong with it.
        message: String,
    },
}

fn list(name: &str, mismatches: &[Mismatch]) -> String {
    mismatches.iter().fold(
        format!("imports and manifest of {name} disagree:"),
        |all, mismatch| format!("{all}\n- {mismatch}"),
    )
}
