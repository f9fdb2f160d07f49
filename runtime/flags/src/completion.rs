//! The subcommand `completion`, which every program has.

use clap::{Command, ValueEnum as _};
use clap_complete::Shell;

use crate::error::UsageError;
use crate::route::Routed;

/// The completion script, if that is what is asked for.
pub(crate) fn completion_command(
    root: &Command,
    routed: &Routed,
) -> Option<Result<String, UsageError>> {
    if !routed.path.is_empty() || routed.first_word(root)? != "completion" {
        return None;
    }
    let words: Vec<&str> = routed.rest.iter().filter_map(|w| w.to_str()).collect();
    let asks_help = words.iter().any(|w| matches!(*w, "-h" | "--help"));
    let shell = words
        .iter()
        .find(|w| !w.starts_with('-') && **w != "completion");
    let name = root.get_name().to_owned();
    let shells = "bash, elvish, fish, powershell or zsh";
    let usage = format!(
        "Generate the completion script for a shell\n\nUsage:\n  {name} completion [{}]\n",
        shells.replace(", ", "|").replace(" or ", "|")
    );
    Some(match shell {
        _ if asks_help => Ok(usage),
        None => Ok(usage),
        Some(shell) => match Shell::from_str(shell, true) {
            Ok(shell) => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut root.clone(), name, &mut script);
                Ok(String::from_utf8_lossy(&script).into_owned())
            }
            Err(_) => Err(UsageError::new(format!(
                "unknown shell {shell:?}; give {shells}"
            ))),
        },
    })
}
