//! What templates refer to, held against the action that they stand in.

use crate::blueprint::{Action, Phase};
use crate::reporter::{Reporter, Trail, hint};
use crate::rule::{Level, Rule};
use kanister_template::{Dialect, Reference, Target, references};

const OUTPUT: Rule = Rule {
    id: "unknown-output",
    level: Level::Error,
    reason: "The function never gives an output of that name, so the rendering fails.",
    remedy: "Correct the name; `kanister plugin inspect FUNCTION` shows the outputs.",
};
const OBJECT: Rule = Rule {
    id: "unknown-object",
    level: Level::Error,
    reason: "A template sees only the Secrets and ConfigMaps that its phase names under `objects`.",
    remedy: "Add it to `objects` of that phase, or correct the name.",
};
const UNDECLARED: Rule = Rule {
    id: "undeclared-input",
    level: Level::Note,
    reason: "Who writes an ActionSet looks at inputArtifactNames, secretNames and configMapNames to see what to give.",
    remedy: "Add the name to the list, or correct it.",
};
const OUTSIDE: Rule = Rule {
    id: "template-reads-outside",
    level: Level::Warning,
    reason: "The function reads the environment or the name service of the controller, which is off unless the operator \
             turns it on; then it gives nothing.",
    remedy: "Take the value from options, a ConfigMap or the object.",
};
const TEMPLATE: Rule = Rule {
    id: "template-invalid",
    level: Level::Error,
    reason: "A template that does not parse fails where it stands.",
    remedy: "Look at the marked place.",
};
const SUBJECT: Rule = Rule {
    id: "subject-kind",
    level: Level::Warning,
    reason: "The parameters have only the branch of the object's own kind; the others are empty.",
    remedy: "Correct `kind` of the action, or use its own branch.",
};

pub(crate) const RULES: &[&Rule] = &[&OUTPUT, &OBJECT, &UNDECLARED, &OUTSIDE, &TEMPLATE, &SUBJECT];

/// The fields of the parameters that belong to one kind of object, by that kind.
pub(crate) const BRANCHES: &[(&str, &str)] = &[
    ("deployment", "Deployment"),
    ("deploymentconfig", "DeploymentConfig"),
    ("statefulset", "StatefulSet"),
    ("pvc", "PVC"),
    ("namespace", "Namespace"),
];

pub(crate) fn action(action: &Action<'_>, reporter: &mut Reporter<'_>) {
    for (trail, text) in texts(action) {
        match references(text, action.dialect) {
            Ok(found) => {
                for reference in found {
                    check(action, &trail, text, &reference, reporter);
                }
            }
            // In Go's dialect the template engine has said so, but not of conditions.
            Err(error)
                if action.dialect == Dialect::Jinja || trail.to_string().ends_with(".if") =>
            {
                let place = (error.line(), error.column());
                reporter.inside(&TEMPLATE, &trail, text, place, error.to_string());
            }
            Err(_) => {}
        }
    }
}

/// Every template of an action.
pub(crate) fn texts<'a>(action: &Action<'a>) -> Vec<(Trail<'a>, &'a str)> {
    let mut all = Vec::new();
    for phase in &action.phases {
        all.extend(phase.texts());
        let condition = phase.definition.condition.as_deref();
        all.extend(condition.map(|text| (phase.trail.key("if"), text)));
        for (name, object) in &phase.definition.objects {
            let trail = phase.trail.key("objects").key(name);
            all.push((trail.key("name"), &object.name));
            all.push((trail.key("namespace"), &object.namespace));
        }
    }
    let condition = action.definition.condition.as_deref();
    all.extend(condition.map(|text| (action.trail.key("if"), text)));
    for (name, artifact) in &action.definition.output_artifacts {
        let trail = action.trail.key("outputArtifacts").key(name);
        for (key, text) in &artifact.key_value {
            all.push((trail.key("keyValue").key(key), text));
        }
        all.push((trail.key("kopiaSnapshot"), &artifact.kopia_snapshot));
    }
    all
}

fn check(
    action: &Action<'_>,
    trail: &Trail<'_>,
    text: &str,
    reference: &Reference,
    reporter: &mut Reporter<'_>,
) {
    let place = (reference.line, reference.column);
    let found = match &reference.target {
        Target::Function(name @ ("env" | "expandenv" | "getHostByName")) => Some((
            &OUTSIDE,
            format!("{name} reads what is outside of the parameters"),
        )),
        Target::Function(_) => None,
        Target::Field(path) => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            field(action, &path)
        }
    };
    if let Some((rule, message)) = found {
        reporter.inside(rule, trail, text, place, message);
    }
}

fn field(action: &Action<'_>, path: &[&str]) -> Option<(&'static Rule, String)> {
    let phase = |name: &str| {
        action
            .phases
            .iter()
            .find(|phase| phase.definition.name == name)
    };
    let deferred = || action.phases.iter().find(|phase| phase.is_deferred);
    match path {
        ["Phases", name, rest @ ..] => of_phase(phase(name)?, rest),
        ["DeferPhase", rest @ ..] => of_phase(deferred()?, rest),
        ["ArtifactsIn", name, ..] => undeclared(
            name,
            &action.definition.input_artifact_names,
            "inputArtifactNames",
        ),
        ["Secrets", name, ..] => undeclared(name, &action.definition.secret_names, "secretNames"),
        ["ConfigMaps", name, ..] => {
            undeclared(name, &action.definition.config_map_names, "configMapNames")
        }
        [branch, _, ..] => wrong_branch(action, branch),
        _ => None,
    }
}

fn of_phase(phase: &Phase<'_>, path: &[&str]) -> Option<(&'static Rule, String)> {
    let name = &phase.definition.name;
    match path {
        ["Output", output, ..] => {
            let descriptor = &phase.function.as_ref()?.descriptor;
            let outputs = descriptor.outputs.iter().map(|output| output.name.as_str());
            if descriptor.open_outputs || outputs.clone().any(|known| known == *output) {
                return None;
            }
            let function = &descriptor.name;
            let message = match outputs.clone().count() {
                0 => format!("phase {name} calls {function}, which gives no outputs"),
                _ => format!(
                    "{function} gives no output {output}{}",
                    hint(output, outputs)
                ),
            };
            Some((&OUTPUT, message))
        }
        [field @ ("Secrets" | "ConfigMaps"), object, ..] => {
            let kind = match *field {
                "Secrets" => "secret",
                _ => "configmap",
            };
            let objects = phase.definition.objects.iter();
            let mut named = objects.filter(|(_, reference)| {
                reference.kind.eq_ignore_ascii_case(kind) || reference.kind.contains("{{")
            });
            if named.any(|(known, _)| known == object) {
                return None;
            }
            Some((
                &OBJECT,
                format!("phase {name} has no {kind} {object} under objects"),
            ))
        }
        _ => None,
    }
}

fn undeclared(name: &str, list: &[String], field: &str) -> Option<(&'static Rule, String)> {
    let missing = !list.iter().any(|known| known == name);
    missing.then(|| {
        (
            &UNDECLARED,
            format!("{name} is not in {field} of the action"),
        )
    })
}

fn wrong_branch(action: &Action<'_>, branch: &str) -> Option<(&'static Rule, String)> {
    let kind = action.definition.kind.to_ascii_lowercase();
    let (_, own) = BRANCHES.iter().find(|(known, _)| *known == kind)?;
    let is_branch = BRANCHES.iter().any(|(_, known)| *known == branch);
    (is_branch && *own != branch).then(|| {
        let message = format!(
            "the action is for a {}, so .{branch} is empty",
            action.definition.kind
        );
        (&SUBJECT, message)
    })
}
