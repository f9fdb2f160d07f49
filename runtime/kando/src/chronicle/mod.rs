//! `kando chronicle`: the output of a command, pushed again and again.
//!
//! Round `i` is stored as the object `<path>-<i>`; the object `<path>`, the manifest, then names it,
//! and the one of the round before is deleted.

mod environment;
mod pull;
mod push;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kanister_flags::exact_args;

use crate::cli::Target;
use crate::error::Error;

#[derive(Debug, Args)]
pub(crate) struct Chronicle {
    #[command(subcommand)]
    pub(crate) command: ChronicleCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChronicleCommand {
    /// Periodically push the output of a command to the store
    Push(Push),
    /// Pull the output that was pushed last
    Pull {
        #[command(flatten)]
        target: Target,
        /// The target
        #[arg(value_name = "target")]
        to: Vec<OsString>,
    },
}

/// What to push, where and how often.
#[derive(Debug, Args)]
pub(crate) struct Push {
    /// Specify a file that holds the JSON of the Profile (required)
    #[arg(short = 'p', long, value_name = "string", required = true)]
    pub(crate) profile_path: PathBuf,
    /// Specify a file that holds the path of the objects (required)
    #[arg(short = 's', long, value_name = "string", required = true)]
    pub(crate) artifact_path: PathBuf,
    /// Get the environment variables from a folder: a file for each
    #[arg(short = 'e', long, value_name = "string")]
    pub(crate) env_dir: Option<PathBuf>,
    /// The time from the beginning of a round to that of the next
    #[arg(short = 'f', long, value_name = "duration", default_value = "1m0s")]
    pub(crate) frequency: kanister_api::Duration,
    /// The command, run by sh
    #[arg(value_name = "command", trailing_var_arg = false)]
    pub(crate) command: Vec<OsString>,
}

pub(crate) async fn run(command: ChronicleCommand) -> Result<(), Error> {
    match command {
        ChronicleCommand::Push(push) => push::run(push).await,
        ChronicleCommand::Pull { target, to } => {
            let [to] = exact_args(to)?;
            pull::run(&target, &to).await
        }
    }
}
