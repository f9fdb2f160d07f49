//! What is wrong with a command line, in the words that users of the existing tools know.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::route::{Routed, lossy};
use crate::shown::shown;

/// A command line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UsageError {
    message: String,
}

impl UsageError {
    /// An error with this text.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    pub(crate) fn unknown_command(word: &str, command: &Command, routed: &Routed) -> Self {
        let program = full_name(command, routed);
        let word = &shown(word);
        let near = nearest(word, command.get_subcommands().map(Command::get_name));
        let near = near.map_or_else(String::new, |n| format!("; did you mean {n:?}?"));
        Self::new(format!(
            "unknown command {word:?} for {program:?}{near}\nRun '{program} --help' for usage."
        ))
    }

    pub(crate) fn from_clap(error: &clap::Error, leaf: &Command, routed: &Routed) -> Self {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
            _ => None,
        };
        let argument = text(ContextKind::InvalidArg).unwrap_or_default();
        let flag = argument.split([' ', '=']).next().unwrap_or_default();
        let what = match error.kind() {
            ErrorKind::InvalidSubcommand => {
                let word = text(ContextKind::InvalidSubcommand).unwrap_or_default();
                return Self::unknown_command(&word, leaf, routed);
            }
            ErrorKind::UnknownArgument if flag.starts_with("--") => {
                let known = leaf.get_arguments().filter_map(clap::Arg::get_long);
                let near = nearest(flag.trim_start_matches('-'), known);
                let near = near.map_or_else(String::new, |n| format!("; did you mean --{n}?"));
                format!("unknown flag: {flag}{near}")
            }
            ErrorKind::UnknownArgument if flag.starts_with('-') => {
                let letter = flag.chars().nth(1).unwrap_or('-');
                let given = routed.rest.iter().map(|a| lossy(a));
                let given = given
                    .into_iter()
                    .find(|a| !a.starts_with("--") && a.starts_with('-') && a.contains(letter));
                let given = given.unwrap_or_else(|| flag.to_owned());
                // The value behind an unknown letter may be a secret.
                let shown: String = given.chars().take(2).collect();
                format!("unknown shorthand flag: '{letter}' in {shown}")
            }
            // The value is not repeated: it may be a secret.
            ErrorKind::InvalidValue | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
                format!("flag needs an argument: {flag}{}", short_of(leaf, flag))
            }
            ErrorKind::ValueValidation => {
                let why = std::error::Error::source(error).map(ToString::to_string);
                let value = text(ContextKind::InvalidValue).unwrap_or_default();
                let why = why.unwrap_or_default();
                format!("invalid argument {value:?} for \"{flag}\" flag: {why}")
            }
            ErrorKind::MissingRequiredArgument => {
                let mut names: Vec<String> = match error.get(ContextKind::InvalidArg) {
                    Some(ContextValue::Strings(names)) => names.clone(),
                    _ => vec![argument.clone()],
                };
                for name in &mut names {
                    let bare = name.split(' ').next().unwrap_or_default();
                    *name = format!("{:?}", bare.trim_start_matches('-'));
                }
                names.sort();
                format!("required flag(s) {} not set", names.join(", "))
            }
            ErrorKind::UnknownArgument => "an argument is one too many".into(),
            ErrorKind::InvalidUtf8 => "an argument is no UTF-8 text".into(),
            _ => "the command line cannot be understood".into(),
        };
        let program = full_name(leaf, routed);
        Self::new(format!("{what}\nRun '{program} --help' for usage."))
    }
}

/// ` (-v)`, where the flag has a short form.
fn short_of(leaf: &Command, flag: &str) -> String {
    let long = flag.trim_start_matches('-');
    let arg = leaf.get_arguments().find(|a| a.get_long() == Some(long));
    let short = arg.and_then(clap::Arg::get_short);
    short.map_or_else(String::new, |s| format!(" (-{s})"))
}

fn full_name(command: &Command, routed: &Routed) -> String {
    let program = command.get_bin_name().unwrap_or(command.get_name());
    let mut words = vec![program.split(' ').next().unwrap_or_default()];
    words.extend(routed.path.iter().map(String::as_str));
    words.join(" ")
}

/// The name that is nearest to `word`, if one is near.
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| (strsim::levenshtein(word, name), name))
        .filter(|(distance, name)| {
            *distance <= 2.min(name.len() / 2) || (name.starts_with(word) && word.len() > 1)
        })
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names() {
        let names = ["profile", "path", "help"];
        assert_eq!(nearest("profil", names.into_iter()), Some("profile"));
        assert_eq!(nearest("pahts", names.into_iter()), Some("path"));
        assert_eq!(nearest("frob", names.into_iter()), None);
    }
}
