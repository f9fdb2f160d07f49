//! An ActionSet, held against the Blueprints beside it.

use crate::arguments::VERSION;
use crate::catalogue::Catalogue;
use crate::references::BRANCHES;
use crate::reporter::{Reporter, Trail, hint};
use crate::rule::{Level, Rule};
use crate::structure::{NAMELESS, unknown};
use crate::uses::{Uses, Wants};
use kanister_api::{ActionSet, ActionSpec, Blueprint};
use kanister_host::registry::LookupError;

const EMPTY: Rule = Rule {
    id: "actionset-empty",
    level: Level::Error,
    reason: "An ActionSet without actions asks for nothing and fails.",
    remedy: "Write spec.actions.",
};
const INCOMPLETE: Rule = Rule {
    id: "action-incomplete",
    level: Level::Error,
    reason: "An action needs its name, its Blueprint and the object that it is for.",
    remedy: "Write what is missing.",
};
const UNKNOWN_ACTION: Rule = Rule {
    id: "unknown-action",
    level: Level::Error,
    reason: "The Blueprint has no action of that name.",
    remedy: "Correct the name, or add the action to the Blueprint.",
};
const INPUT: Rule = Rule {
    id: "missing-input",
    level: Level::Error,
    reason: "A template of the action takes something that the ActionSet does not give, so its rendering fails.",
    remedy: "Give it: profile, artifacts (`kanctl create actionset --from` copies them), options, secrets or configMaps.",
};
const OBJECT: Rule = Rule {
    id: "wrong-object",
    level: Level::Error,
    reason: "The action's templates are for an object of another kind.",
    remedy: "Give an object of that kind, or use another action.",
};
const NO_VERSION: Rule = Rule {
    id: "function-version-missing",
    level: Level::Error,
    reason: "A function is installed neither in the version that preferredVersion asks for nor in the default one.",
    remedy: "Ask for a version that is installed, or install this one.",
};

pub(crate) const RULES: &[&Rule] = &[
    &EMPTY,
    &INCOMPLETE,
    &UNKNOWN_ACTION,
    &INPUT,
    &OBJECT,
    &NO_VERSION,
];

const SPEC: &[&str] = &[
    "actions",
    "executionMode",
    "ttlSecondsAfterFinished",
    "cancel",
];
const ACTION: &[&str] = &[
    "name",
    "object",
    "blueprint",
    "artifacts",
    "configMaps",
    "secrets",
    "profile",
    "podOverride",
    "options",
    "preferredVersion",
    "podLabels",
    "podAnnotations",
    "timeout",
    "retry",
    "if",
];

pub(crate) fn check(
    set: &ActionSet,
    blueprints: &[(&Blueprint, Uses)],
    functions: &dyn Catalogue,
    reporter: &mut Reporter<'_>,
) {
    let root = Trail::default();
    if set.metadata.name.is_none() && set.metadata.generate_name.is_none() {
        let message = "the ActionSet has neither name nor generateName".to_owned();
        reporter.field(&NAMELESS, &root.key("metadata"), message);
    }
    let spec_trail = root.key("spec");
    let Some(spec) = set.spec.as_ref().filter(|spec| !spec.actions.is_empty()) else {
        let message = "the ActionSet has no actions".to_owned();
        return reporter.field(&EMPTY, &spec_trail, message);
    };
    unknown(&spec.unknown, SPEC, &spec_trail, reporter);
    for (index, action) in spec.actions.iter().enumerate() {
        let trail = spec_trail.key("actions").item(index);
        unknown(&action.unknown, ACTION, &trail, reporter);
        complete(action, &trail, reporter);
        let named = |(blueprint, _): &&(&Blueprint, Uses)| {
            blueprint.metadata.name.as_deref() == Some(&action.blueprint)
        };
        let Some((blueprint, uses)) = blueprints.iter().find(named) else {
            continue;
        };
        let Some(wants) = uses.0.get(&action.name) else {
            let known = blueprint.actions.keys().map(String::as_str);
            let message = format!(
                "Blueprint {} has no action {}{}",
                action.blueprint,
                action.name,
                hint(&action.name, known)
            );
            reporter.value(&UNKNOWN_ACTION, &trail.key("name"), message);
            continue;
        };
        inputs(action, wants, &trail, reporter);
        versions(action, blueprint, functions, &trail, reporter);
    }
}

fn complete(action: &ActionSpec, trail: &Trail<'_>, reporter: &mut Reporter<'_>) {
    let object = &action.object;
    let missing = [
        ("name", action.name.is_empty()),
        ("blueprint", action.blueprint.is_empty()),
        ("object.name", object.name.is_empty()),
        (
            "object.kind",
            object.kind.is_empty() && object.resource.is_empty(),
        ),
    ];
    for (field, _) in missing.iter().filter(|(_, missing)| *missing) {
        reporter.value(&INCOMPLETE, trail, format!("the action has no {field}"));
    }
}

fn inputs(action: &ActionSpec, wants: &Wants, trail: &Trail<'_>, reporter: &mut Reporter<'_>) {
    let Wants {
        profile,
        branches,
        artifacts,
        secrets,
        config_maps,
        options,
    } = wants;
    let name = &action.name;
    if *profile && action.profile.is_none() {
        let message = format!("{name} uses .Profile, and the ActionSet gives no profile");
        reporter.value(&INPUT, trail, message);
    }
    let mut lacking = |field: &str, what: &str, wanted: &str, given: bool| {
        if !given {
            let message = format!(
                "{name} uses .{field}.{wanted}, and the ActionSet gives no {what} {wanted}"
            );
            reporter.value(&INPUT, trail, message);
        }
    };
    for wanted in artifacts {
        lacking(
            "ArtifactsIn",
            "artifact",
            wanted,
            action.artifacts.contains_key(wanted),
        );
    }
    for wanted in secrets {
        lacking(
            "Secrets",
            "secret",
            wanted,
            action.secrets.contains_key(wanted),
        );
    }
    for wanted in config_maps {
        lacking(
            "ConfigMaps",
            "configMap",
            wanted,
            action.config_maps.contains_key(wanted),
        );
    }
    for wanted in options {
        lacking(
            "Options",
            "option",
            wanted,
            action.options.contains_key(wanted),
        );
    }
    let kind = action.object.kind.to_ascii_lowercase();
    let own = BRANCHES
        .iter()
        .find(|(known, _)| *known == kind)
        .map(|(_, branch)| *branch);
    let foreign = BRANCHES
        .iter()
        .find(|(_, branch)| branches.contains(*branch) && own != Some(*branch));
    if let Some((_, branch)) = foreign
        && !action.object.kind.is_empty()
    {
        let message = format!(
            "{name} uses .{branch}, and the object is a {}",
            action.object.kind
        );
        reporter.value(&OBJECT, &trail.key("object").key("kind"), message);
    }
}

/// Functions in the version that the ActionSet prefers.
fn versions(
    action: &ActionSpec,
    blueprint: &Blueprint,
    functions: &dyn Catalogue,
    trail: &Trail<'_>,
    reporter: &mut Reporter<'_>,
) {
    if action.preferred_version.is_empty() {
        return;
    }
    let Some(definition) = blueprint.actions.get(&action.name) else {
        return;
    };
    let trail = trail.key("preferredVersion");
    for phase in definition.phases.iter().chain(&definition.defer_phase) {
        match functions.find(&phase.func, &action.preferred_version) {
            Ok(known) if known.falls_back => {
                let message = format!("{} is not there in that version", phase.func);
                reporter.value(&VERSION, &trail, message);
            }
            // That there is none of the name is said where the name stands.
            Ok(_) | Err(LookupError::Unknown { .. }) => {}
            Err(error) => reporter.value(&NO_VERSION, &trail, error.to_string()),
        }
    }
}
