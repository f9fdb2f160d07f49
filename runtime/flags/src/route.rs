//! Which subcommand a command line means: flags may stand before it.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

/// A command line with its subcommands in front.
#[derive(Debug)]
pub(crate) struct Routed {
    program: OsString,
    /// The subcommands.
    pub(crate) path: Vec<String>,
    /// Everything else, in the order given.
    pub(crate) rest: Vec<OsString>,
}

impl Routed {
    /// As clap reads it.
    pub(crate) fn argv(&self) -> impl Iterator<Item = OsString> {
        std::iter::once(self.program.clone())
            .chain(self.path.iter().map(OsString::from))
            .chain(self.rest.iter().cloned())
    }

    /// The first argument that is no flag and no flag's value, as seen from `command`.
    pub(crate) fn first_word(&self, command: &Command) -> Option<String> {
        let index = word(&self.rest, &[command])?;
        Some(self.rest.get(index)?.to_string_lossy().into_owned())
    }
}

/// Finds the subcommands in `argv`: at each level the first word, unless a flag takes it as value. A
/// flag that the level does not know takes a value.
pub(crate) fn route(root: &Command, argv: &[OsString]) -> Routed {
    let mut parts = argv.iter().cloned();
    let program = parts.next().unwrap_or_default();
    let mut rest: Vec<OsString> = parts.collect();
    let mut path = Vec::new();
    let mut levels = vec![root];
    while let Some(index) = word(&rest, &levels) {
        let name = rest.get(index).and_then(|w| w.to_str());
        let current = levels.last().copied().unwrap_or(root);
        let Some(next) = name.and_then(|n| current.find_subcommand(n)) else {
            break;
        };
        path.push(next.get_name().to_owned());
        levels.push(next);
        rest.remove(index);
    }
    Routed {
        program,
        path,
        rest,
    }
}

/// The command that `path` leads to.
pub(crate) fn find<'c>(root: &'c Command, path: &[String]) -> Option<&'c Command> {
    path.iter()
        .try_fold(root, |at, name| at.find_subcommand(name))
}

/// The index of the first argument that is neither a flag nor the value of one.
fn word(arguments: &[OsString], levels: &[&Command]) -> Option<usize> {
    let mut skip = false;
    for (index, argument) in arguments.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match argument.to_str() {
            Some("--") => return None,
            Some(text) if text.starts_with("--") && !text.contains('=') => {
                skip = takes_value(levels, |arg| arg.get_long() == text.get(2..));
            }
            Some(text) if text.starts_with('-') && text.len() == 2 => {
                let short = text.chars().nth(1);
                skip = takes_value(levels, |arg| arg.get_short() == short);
            }
            Some(text) if text.starts_with('-') && text.len() > 1 => {}
            _ => return Some(index),
        }
    }
    None
}

fn takes_value(levels: &[&Command], is: impl Fn(&Arg) -> bool) -> bool {
    let known = levels
        .iter()
        .flat_map(|c| c.get_arguments())
        .find(|a| is(a));
    known.is_none_or(has_value)
}

/// False for switches, which take a value with `=` only.
pub(crate) fn has_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && !arg.is_require_equals_set()
}

/// An argument as text.
pub(crate) fn lossy(argument: &OsStr) -> String {
    argument.to_string_lossy().into_owned()
}
