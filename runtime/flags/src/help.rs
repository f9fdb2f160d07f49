//! The help text, in the form that scripts read: one line for each flag.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::Parsed;
use crate::error::UsageError;
use crate::route::{Routed, find, has_value};

/// The help of `command`, which `path` leads to.
pub(crate) fn text(command: &Command, path: &[String]) -> String {
    let mut out = String::new();
    let about = command.get_long_about().or_else(|| command.get_about());
    if let Some(about) = about {
        let _ = writeln!(out, "{about}\n");
    }
    let _ = writeln!(out, "Usage:\n  {}", usage(command, path));
    let subcommands: Vec<_> = command
        .get_subcommands()
        .filter(|c| !c.is_hide_set())
        .collect();
    if !subcommands.is_empty() {
        let width = subcommands.iter().map(|c| c.get_name().len()).max();
        let _ = writeln!(out, "\nAvailable Commands:");
        for sub in &subcommands {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {:width$}  {about}",
                sub.get_name(),
                width = width.unwrap_or(0)
            );
        }
    }
    let mut lines: Vec<_> = command
        .get_arguments()
        .filter(|arg| !arg.is_positional() && !arg.is_hide_set())
        .filter_map(|arg| Some((arg.get_long()?.to_owned(), head(arg), tail(arg))))
        .collect();
    lines.sort();
    let width = lines
        .iter()
        .map(|(_, head, _)| head.len())
        .max()
        .unwrap_or(0);
    let _ = writeln!(out, "\nFlags:");
    for (_, head, tail) in &lines {
        let _ = writeln!(out, "{}", format!("  {head:width$}   {tail}").trim_end());
    }
    out
}

fn usage(command: &Command, path: &[String]) -> String {
    let program = command.get_bin_name().unwrap_or(command.get_name());
    let program = program.split(' ').next().unwrap_or_default();
    let mut words: Vec<String> = vec![program.to_owned()];
    words.extend(path.iter().cloned());
    if command.has_subcommands() {
        words.push("[command]".into());
    }
    for arg in command.get_positionals() {
        let names = arg.get_value_names().unwrap_or_default();
        words.extend(names.iter().map(|name| format!("<{name}>")));
    }
    words.push("[flags]".into());
    words.join(" ")
}

/// `-s, --path string`
fn head(arg: &Arg) -> String {
    let short = match arg.get_short() {
        Some(short) => format!("-{short}, "),
        None => "    ".into(),
    };
    let long = arg.get_long().unwrap_or_default();
    let kind = match has_value(arg) {
        true => {
            let names = arg.get_value_names().unwrap_or_default();
            let name = names.first().map(|n| n.to_lowercase()).unwrap_or_default();
            format!(" {name}")
        }
        false => String::new(),
    };
    format!("{short}--{long}{kind}")
}

/// The description, and the default where there is one.
fn tail(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let defaults = arg.get_default_values();
    match defaults.first().and_then(|d| d.to_str()) {
        Some(default) if has_value(arg) && !default.is_empty() => {
            format!("{help} (default \"{default}\")")
        }
        _ => help,
    }
}

/// The subcommand `help`, which every program has.
pub(crate) fn help_command(root: &Command, routed: &Routed) -> Option<Result<String, UsageError>> {
    let first = routed.first_word(root)?;
    if first != "help" || !routed.path.is_empty() {
        return None;
    }
    let words = routed.rest.iter().filter_map(|w| w.to_str());
    let path: Vec<String> = words
        .filter(|w| !w.starts_with('-') && *w != "help")
        .map(str::to_owned)
        .collect();
    Some(match find(root, &path) {
        Some(command) => Ok(text(command, &path)),
        None => Err(UsageError::new(format!(
            "unknown help topic {:?}; run '{} --help' for the commands",
            path.join(" "),
            root.get_name()
        ))),
    })
}

/// What a command with subcommands answers if none is given: its help; an unknown one is an error.
pub(crate) fn without_subcommand<T>(
    command: &Command,
    routed: &Routed,
) -> Result<Parsed<T>, UsageError> {
    match routed.first_word(command) {
        Some(word) => Err(UsageError::unknown_command(&word, command, routed)),
        None => Ok(Parsed::Tell(text(command, &routed.path))),
    }
}
