//! What the binary understands.

use crate::caps;
use crate::controller::Controller;
use crate::lint;
use crate::manifests::Manifests;
use crate::output::Output;
use crate::plugin;
use crate::render;
use crate::run;
use clap::{ArgAction, Parser, Subcommand};
use clap_complete::Shell;

/// Backup and restore of applications on Kubernetes: every function a sandboxed
/// WebAssembly component.
#[derive(Debug, Parser)]
#[command(
    name = "kanister",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// How results are printed.
    #[arg(long, short, value_enum, global = true, default_value_t)]
    pub output: Output,

    /// Say more on standard error; twice for even more. `RUST_LOG` goes before it.
    #[arg(long, short, action = ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run an ActionSet to its end, on this machine or on a cluster
    Run(Box<run::Run>),

    /// Print every phase's arguments as they would be, with secrets masked
    Render(Box<render::Render>),

    /// Functions as WebAssembly components: build, list, inspect and run them
    #[command(subcommand)]
    Plugin(Box<plugin::Command>),

    /// Say what is wrong with Blueprints, ActionSets and Profiles before they run
    Lint(Box<lint::Lint>),

    /// Say what a Blueprint needs, as a Role
    Caps(Box<caps::Caps>),

    /// Run the ActionSets of a cluster
    Controller(Box<Controller>),

    /// Serve an embedded Kubernetes API, with pods as processes: for laptops and tests
    Devcluster(Box<kanister_devcluster::Options>),

    /// Print the CustomResourceDefinitions of ActionSet, Blueprint and Profile
    Crds,

    /// Print the controller's Deployment and the roles that it needs
    Manifests(Manifests),

    /// Print the completions of a shell
    #[command(after_help = "Example: kanister completions bash > /etc/bash_completion.d/kanister")]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }
}
