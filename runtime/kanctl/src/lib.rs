//! `kanctl`: creates ActionSets and Profiles, and validates Profiles and Blueprints.
//!
//! The interface is that of the existing tool of this name. What scripts read stands on stdout;
//! warnings and errors go to stderr.

mod actionset;
mod cli;
mod cluster;
mod error;
mod functions;
mod hide;
mod kubeconfig;
mod label;
mod print;
mod profile;
mod random;
mod validate;

use std::ffi::OsString;
use std::process::ExitCode;

use kanister_flags::{Parsed, parse};

use cli::{Command, Create, CreateCommand, Kanctl};
use error::Error;
pub use functions::{FunctionError, Functions};
pub use kubeconfig::kubeconfig_fault;

/// Runs the tool with the command line `args`, whose first element is the program's name. `functions`
/// knows which functions Blueprints may call.
pub async fn main(args: Vec<OsString>, functions: &(dyn Functions + Sync)) -> ExitCode {
    let result = match parse::<Kanctl>(&args) {
        Ok(Parsed::Run(kanctl)) => run(kanctl, functions).await,
        Ok(Parsed::Tell(text)) => print::out(&text),
        Err(e) => Err(e.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            print::error(&error::chain(&e));
            ExitCode::FAILURE
        }
    }
}

async fn run(kanctl: Kanctl, functions: &(dyn Functions + Sync)) -> Result<(), Error> {
    let Kanctl {
        namespace,
        verbose: _,
        command,
    } = kanctl;
    let namespace = namespace.filter(|n| !n.is_empty());
    match command {
        Command::Create(Create { how, command }) => match command {
            CreateCommand::Actionset(args) => actionset::create(*args, how, namespace).await,
            CreateCommand::Profile(args) => profile::create(args, how, namespace).await,
        },
        Command::Validate(args) => validate::run(args, namespace, functions).await,
    }
}
