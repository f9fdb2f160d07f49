//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::chronicle::Chronicle;
use crate::error::Error;
use crate::process::Process;

/// What `--version` prints behind the name, in the form that scripts read.
const VERSION: &str = concat!("{\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");

/// Tool to manage Kanister operations from within a container
#[derive(Debug, Parser)]
#[command(name = "kando", version = VERSION)]
pub(crate) struct Kando {
    /// Set the log level (debug, info, warning, error, fatal, panic)
    #[arg(
        short = 'v',
        long,
        global = true,
        value_name = "string",
        default_value = "warning"
    )]
    pub(crate) verbosity: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report an output of this phase: a key and a value
    Output(Output),
    /// Push, pull and delete data in the store of a profile
    Location(Location),
    /// Push the output of a command again and again, and pull the last one
    Chronicle(Chronicle),
    /// Push a data stream into a kopia repository
    Stream(Stream),
    /// Run processes for clients beside this program
    Process(Process),
}

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// The key and the value
    #[arg(value_name = "key> <value", allow_hyphen_values = true)]
    pub(crate) values: Vec<OsString>,
}

/// Which object.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Specify a path suffix (optional)
    #[arg(
        short = 's',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) path: String,
    /// Pass a Profile as a JSON string (required)
    #[arg(
        short = 'p',
        long,
        global = true,
        value_name = "string",
        default_value = ""
    )]
    pub(crate) profile: String,
    /// Read the Profile's JSON from a file, so that credentials are not in the command line
    #[arg(long, global = true, value_name = "file", conflicts_with = "profile")]
    pub(crate) profile_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Location {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(subcommand)]
    pub(crate) command: LocationCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocationCommand {
    /// Push a file, or stdin ("-"), to the store
    Push {
        /// Specify a name to be used for the output produced by kando (kopia locations)
        #[arg(
            short = 'o',
            long,
            value_name = "string",
            default_value = "kandoOutput"
        )]
        output_name: String,
        /// The source
        #[arg(value_name = "source")]
        source: Vec<OsString>,
    },
    /// Pull from the store to a file, or to stdout ("-")
    Pull {
        /// Pass the kopia snapshot information from the location push command (kopia locations)
        #[arg(short = 'k', long, value_name = "string", default_value = "")]
        kopia_snapshot: String,
        /// The target
        #[arg(value_name = "target")]
        target: Vec<OsString>,
    },
    /// Delete an object and what is below it from the store
    Delete {
        /// Pass the kopia snapshot information from the location push command (kopia locations)
        #[arg(short = 'k', long, value_name = "string", default_value = "")]
        kopia_snapshot: String,
        /// No arguments
        #[arg(hide = true, value_name = "none")]
        none: Vec<OsString>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Stream {
    #[command(subcommand)]
    command: StreamCommand,
}

#[derive(Debug, Subcommand)]
enum StreamCommand {
    /// Push a data stream from a source endpoint into a kopia repository
    Push {
        /// Set the password for the kopia repository
        #[arg(short = 'p', long, value_name = "string", required = true)]
        password: String,
        /// Specify a kopia repository config file
        #[arg(short = 'c', long, value_name = "string", default_value = "")]
        config_file: String,
        /// Specify a root directory path for the data stream
        #[arg(short = 'd', long = "dirPath", value_name = "string", required = true)]
        dir_path: String,
        /// Specify a file path for the data stream
        #[arg(short = 'f', long = "filePath", value_name = "string", required = true)]
        file_path: String,
        /// The source
        #[arg(value_name = "source")]
        source: Vec<OsString>,
    },
}

impl Stream {
    pub(crate) fn unsupported(self) -> Error {
        let StreamCommand::Push {
            password: _,
            config_file,
            dir_path: _,
            file_path: _,
            source: _,
        } = self.command;
        let config = match config_file.is_empty() {
            true => "$HOME/.config/kopia/repository.config",
            false => &config_file,
        };
        Error::Unsupported(format!(
            "kopia repositories are not supported yet: the repository of the configuration {config} was not opened; use 'kando location push' with a profile of another location type"
        ))
    }
}
