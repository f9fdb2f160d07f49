//! Command lines as users' scripts write them for the existing tools.
//!
//! Those tools use Go's pflag and cobra, whose rules differ from clap's in some points: flags of a
//! subcommand may stand before it, the last of several counts, a value may begin with a dash, a
//! switch may be given a value (`--dry-run=false`), lists are split as CSV, and the help has a form
//! that scripts read. This crate adds these to clap, which does the rest.

mod completion;
mod error;
mod help;
mod route;
mod shown;
mod value;

use std::ffi::OsString;

use clap::{ArgAction, Command, Parser};

pub use error::UsageError;
pub use shown::shown_path;
pub use value::{Csv, Switch, exact_args};

/// What a command line asks for.
#[derive(Debug)]
pub enum Parsed<T> {
    /// To do something.
    Run(T),
    /// To be told something: text for stdout.
    Tell(String),
}

/// Reads the command line `argv`, whose first element is the program's name.
///
/// # Errors
/// A command line that cannot be understood; the error says which part and what is near.
pub fn parse<T: Parser>(argv: &[OsString]) -> Result<Parsed<T>, UsageError> {
    let mut root = prepared(T::command());
    root.build();
    let routed = route::route(&root, argv);
    if let Some(told) = help::help_command(&root, &routed) {
        return told.map(Parsed::Tell);
    }
    if let Some(told) = completion::completion_command(&root, &routed) {
        return told.map(Parsed::Tell);
    }
    let leaf = route::find(&root, &routed.path).unwrap_or(&root);
    let matches = match root.clone().try_get_matches_from(routed.argv()) {
        Ok(matches) => matches,
        Err(e) => {
            return match e.kind() {
                clap::error::ErrorKind::DisplayHelp => {
                    Ok(Parsed::Tell(help::text(leaf, &routed.path)))
                }
                clap::error::ErrorKind::DisplayVersion => Ok(Parsed::Tell(format!(
                    "{} version {}\n",
                    root.get_name(),
                    root.get_version().unwrap_or_default()
                ))),
                clap::error::ErrorKind::MissingSubcommand
                | clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                    help::without_subcommand(leaf, &routed)
                }
                _ => Err(UsageError::from_clap(&e, leaf, &routed)),
            };
        }
    };
    T::from_arg_matches(&matches)
        .map(Parsed::Run)
        .map_err(|e| UsageError::from_clap(&e, leaf, &routed))
}

/// Gives `command` and its subcommands the rules of this crate.
fn prepared(command: Command) -> Command {
    let own = command
        .args_override_self(true)
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("help for this command"),
        );
    let short_taken = own.get_arguments().any(|a| a.get_short() == Some('v'));
    let own = match own.get_version() {
        Some(_) => own.arg(version_flag(short_taken)),
        None => own,
    };
    own.mut_args(
        |arg| match arg.get_action().takes_values() && !arg.is_positional() {
            true => arg.allow_hyphen_values(true),
            false => arg,
        },
    )
    .mut_subcommands(prepared)
}

fn version_flag(short_taken: bool) -> clap::Arg {
    let flag = clap::Arg::new("version")
        .long("version")
        .action(ArgAction::Version)
        .help("version of this program");
    match short_taken {
        true => flag,
        false => flag.short('v'),
    }
}
