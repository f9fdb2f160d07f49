//! Credentials in places that others read.

use crate::blueprint::Action;
use crate::commands::is_command;
use crate::references::texts;
use crate::reporter::Reporter;
use crate::rule::{Level, Rule};
use kanister_template::{Target, references};

const ARGV: Rule = Rule {
    id: "credential-in-argv",
    level: Level::Warning,
    reason: "A command line can be read by everybody who may read pods, and in the list of processes; the API server's \
             audit log keeps it.",
    remedy: "Let the pod take it from the Secret: `env` with `secretKeyRef` or a volume in podOverride, and \
             `kando … --profile-file FILE` in place of `--profile`.",
};
const POD: Rule = Rule {
    id: "credential-in-pod",
    level: Level::Warning,
    reason: "Whatever stands in a pod's spec, labels or annotations can be read by everybody who may read pods.",
    remedy: "Refer to the Secret (`secretKeyRef`, a volume) in place of copying from it.",
};
const ARTIFACT: Rule = Rule {
    id: "credential-in-artifact",
    level: Level::Error,
    reason: "Artifacts stand in the ActionSet's status, which everybody reads who reads ActionSets.",
    remedy: "Leave it out; the action that uses the artifact can read the Secret itself.",
};

pub(crate) const RULES: &[&Rule] = &[&ARGV, &POD, &ARTIFACT];

pub(crate) fn action(action: &Action<'_>, reporter: &mut Reporter<'_>) {
    for (trail, text) in texts(action) {
        let path = trail.to_string();
        let argument = path.split(".args.").nth(1);
        let argument = argument.and_then(|rest| rest.split(['.', '[']).next());
        let (rule, what) = match argument {
            Some(name) if is_command(name) => (&ARGV, "on a command line"),
            Some("podOverride" | "podLabels" | "podAnnotations") => (&POD, "in the pod's object"),
            None if path.contains(".outputArtifacts.") => (&ARTIFACT, "in an artifact"),
            _ => continue,
        };
        for reference in references(text, action.dialect).unwrap_or_default() {
            if let Target::Field(names) = &reference.target
                && is_credential(names)
            {
                let place = (reference.line, reference.column);
                let message = format!(".{} puts credentials {what}", names.join("."));
                reporter.inside(rule, &trail, text, place, message);
            }
        }
    }
}

/// Whether the field is, or holds, a credential.
fn is_credential(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let of_secret = |path: &[&str]| matches!(path, [] | ["Data" | "StringData", ..]);
    match path.as_slice() {
        // The whole tree.
        [] => true,
        ["Profile"] | ["Profile", "Credential"] => true,
        ["Profile", "Credential", "Secret", rest @ ..] => of_secret(rest),
        ["Profile", "Credential", "KeyPair" | "KopiaServerSecret", ..] => true,
        ["Secrets"] | ["Phases"] | ["Phases", _] | ["Phases", _, "Secrets"] => true,
        ["DeferPhase"] | ["DeferPhase", "Secrets"] => true,
        ["Secrets", _, rest @ ..]
        | ["Phases", _, "Secrets", _, rest @ ..]
        | ["DeferPhase", "Secrets", _, rest @ ..] => of_secret(rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_credential_is_one() {
        let is = |path: &str| {
            let names: Vec<String> = path.split('.').skip(1).map(str::to_owned).collect();
            is_credential(&names)
        };
        for path in [
            ".Profile",
            ".Profile.Credential.KeyPair.ID",
            ".Secrets.db.Data.password",
            ".Phases.dump.Secrets.db",
            ".DeferPhase.Secrets.db.Data",
        ] {
            assert!(is(path), "{path}");
        }
        for path in [
            ".Profile.Location.Bucket",
            ".Profile.Credential.Type",
            ".Secrets.db.Name",
            ".Phases.dump.Output.id",
            ".Options.password",
        ] {
            assert!(!is(path), "{path}");
        }
    }
}
