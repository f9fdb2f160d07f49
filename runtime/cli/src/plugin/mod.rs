//! `kanister plugin`: functions as WebAssembly components.

mod build;
mod cluster;
mod inspect;
mod list;
mod place;
mod run;

pub use place::Places;

use crate::output::Output;
use clap::Subcommand;
use std::process::ExitCode;

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a component of a plugin's folder
    Build(build::Build),
    /// List the functions that are built in or installed
    List(list::List),
    /// Show what a component is, needs and offers
    Inspect(inspect::Inspect),
    /// Call one function, sandboxed, outside of any ActionSet
    Run(run::Run),
}

pub async fn run(command: Command, output: Output) -> anyhow::Result<ExitCode> {
    match command {
        Command::Build(build) => build.run(output).await,
        Command::List(list) => list.run(output).await,
        Command::Inspect(inspect) => inspect.run(output).await,
        Command::Run(run) => run.run(output).await,
    }
}
