//! Scripts that a shell runs: failures that nobody sees.

use crate::blueprint::Phase;
use crate::reporter::Reporter;
use crate::rule::{Level, Rule};
use crate::shell::{Script, script};

const PIPEFAIL: Rule = Rule {
    id: "pipe-without-pipefail",
    level: Level::Warning,
    reason: "The shell looks only at the last command of a pipe: if the dump on the left fails, an empty or cut backup \
             counts as a success.",
    remedy: "Start the script with `set -o pipefail`, or the command with `bash -o errexit -o pipefail -c`; a plain `sh` \
             may not know it.",
};
const ERREXIT: Rule = Rule {
    id: "script-goes-on",
    level: Level::Note,
    reason: "Without errexit a shell goes on after a command that failed, and only the last one decides.",
    remedy: "Start the script with `set -o errexit`, or join the commands with `&&`.",
};

pub(crate) const RULES: &[&Rule] = &[&PIPEFAIL, &ERREXIT];

/// Arguments that hold a command line are called so.
pub(crate) fn is_command(argument: &str) -> bool {
    argument == "command" || argument.ends_with("Command")
}

pub(crate) fn phase(phase: &Phase<'_>, reporter: &mut Reporter<'_>) {
    for (argument, value) in &phase.definition.args {
        let Some(words) = value.as_array().filter(|_| is_command(argument)) else {
            continue;
        };
        let words: Vec<&str> = words
            .iter()
            .map(|word| word.as_str().unwrap_or_default())
            .collect();
        let Some(Script {
            index,
            text,
            pipefail,
            errexit,
        }) = script(&words)
        else {
            continue;
        };
        let trail = phase.trail.key("args").key(argument).item(index);
        let shell = crate::shell::read(text);
        if !pipefail {
            for place in shell.pipes {
                let message = "a command on the left of this pipe can fail unseen".to_owned();
                reporter.inside(&PIPEFAIL, &trail, text, place, message);
            }
        }
        if !errexit && let Some(place) = shell.goes_on {
            let message = "the script goes on if this command fails".to_owned();
            reporter.inside(&ERREXIT, &trail, text, place, message);
        }
    }
}
