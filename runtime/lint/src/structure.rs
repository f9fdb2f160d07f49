//! The shape of Blueprints: names, phases, fields that nobody knows.

use crate::reporter::{Reporter, Trail, hint};
use crate::rule::{Level, Rule};
use kanister_api::{Blueprint, BlueprintAction, BlueprintPhase, UnknownFields};
use std::collections::BTreeMap;

pub(crate) const UNKNOWN_FIELD: Rule = Rule {
    id: "unknown-field",
    level: Level::Error,
    reason: "Kubernetes drops or refuses fields that the kind does not have, so this one has no effect.",
    remedy: "Correct the name, move the field to where it belongs, or remove it.",
};
pub(crate) const NAMELESS: Rule = Rule {
    id: "name-missing",
    level: Level::Error,
    reason: "Kubernetes stores no object without a name.",
    remedy: "Write metadata.name.",
};
const NO_ACTIONS: Rule = Rule {
    id: "no-actions",
    level: Level::Error,
    reason: "A Blueprint without actions can do nothing.",
    remedy: "Write actions, for example backup, restore and delete.",
};
const NO_PHASES: Rule = Rule {
    id: "no-phases",
    level: Level::Warning,
    reason: "An action without phases does nothing and is complete at once.",
    remedy: "Write phases, or remove the action.",
};
const PHASE_NAMELESS: Rule = Rule {
    id: "phase-name-missing",
    level: Level::Error,
    reason: "Progress, errors and templates refer to a phase by its name.",
    remedy: "Give the phase a name.",
};
const PHASE_TWICE: Rule = Rule {
    id: "phase-name-twice",
    level: Level::Error,
    reason: "Phases of one action that share a name overwrite each other's outputs and arguments.",
    remedy: "Rename one of them.",
};
const PHASE_AGAIN: Rule = Rule {
    id: "phase-name-shared",
    level: Level::Warning,
    reason: "It works, but the webhook and `kanctl validate` of earlier versions refuse a Blueprint in which two actions \
             have phases of one name.",
    remedy: "Rename one of them if the Blueprint is used there too.",
};
const OBJECT_KIND: Rule = Rule {
    id: "object-kind",
    level: Level::Warning,
    reason: "Only Secrets and ConfigMaps are read for a phase; other kinds are passed over.",
    remedy: "Write kind: Secret or kind: ConfigMap, or remove the entry.",
};
const NO_DELETE: Rule = Rule {
    id: "delete-missing",
    level: Level::Warning,
    reason: "Without a delete action backups can be made but never removed, and the store grows for ever.",
    remedy: "Add an action `delete` that takes the artifacts of `backup` and removes what they name.",
};
const NO_RESTORE: Rule = Rule {
    id: "restore-missing",
    level: Level::Warning,
    reason: "A backup that nothing can restore is none.",
    remedy: "Add an action `restore` that takes the artifacts of `backup`.",
};

pub(crate) const RULES: &[&Rule] = &[
    &UNKNOWN_FIELD,
    &NAMELESS,
    &NO_ACTIONS,
    &NO_PHASES,
    &PHASE_NAMELESS,
    &PHASE_TWICE,
    &PHASE_AGAIN,
    &OBJECT_KIND,
    &NO_DELETE,
    &NO_RESTORE,
];

const BLUEPRINT: &[&str] = &["apiVersion", "kind", "metadata", "actions"];
const ACTION: &[&str] = &[
    "name",
    "kind",
    "configMapNames",
    "secretNames",
    "inputArtifactNames",
    "outputArtifacts",
    "phases",
    "deferPhase",
    "timeout",
    "retry",
    "if",
];
const PHASE: &[&str] = &["func", "name", "objects", "args", "timeout", "retry", "if"];
const ARTIFACT: &[&str] = &["keyValue", "kopiaSnapshot"];

pub(crate) fn blueprint(blueprint: &Blueprint, reporter: &mut Reporter<'_>) {
    let root = Trail::default();
    let Blueprint {
        metadata,
        actions,
        unknown,
    } = blueprint;
    self::unknown(unknown, BLUEPRINT, &root, reporter);
    if metadata.name.is_none() && metadata.generate_name.is_none() {
        let message = "the Blueprint has no name".to_owned();
        reporter.field(&NAMELESS, &root.key("metadata"), message);
    }
    let all = root.key("actions");
    if actions.is_empty() {
        reporter.field(&NO_ACTIONS, &all, "the Blueprint has no actions".to_owned());
    }
    if let Some((backup, _)) = actions.get_key_value("backup") {
        for (name, rule) in [("delete", &NO_DELETE), ("restore", &NO_RESTORE)] {
            if !actions.contains_key(name) {
                let message = format!("the Blueprint can {backup} but has no action {name}");
                reporter.field(rule, &all.key(backup), message);
            }
        }
    }
    let mut elsewhere: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, action) in actions {
        self::action(action, &all.key(name), reporter);
        names(name, action, &all.key(name), &mut elsewhere, reporter);
    }
}

fn action(action: &BlueprintAction, trail: &Trail<'_>, reporter: &mut Reporter<'_>) {
    unknown(&action.unknown, ACTION, trail, reporter);
    if action.phases.is_empty() && action.defer_phase.is_none() {
        reporter.field(&NO_PHASES, trail, "the action has no phases".to_owned());
    }
    for (index, phase) in action.phases.iter().enumerate() {
        self::phase(phase, &trail.key("phases").item(index), reporter);
    }
    if let Some(phase) = &action.defer_phase {
        self::phase(phase, &trail.key("deferPhase"), reporter);
    }
    for (name, artifact) in &action.output_artifacts {
        let trail = trail.key("outputArtifacts").key(name);
        unknown(&artifact.unknown, ARTIFACT, &trail, reporter);
    }
}

fn phase(phase: &BlueprintPhase, trail: &Trail<'_>, reporter: &mut Reporter<'_>) {
    unknown(&phase.unknown, PHASE, trail, reporter);
    if phase.name.is_empty() {
        reporter.value(&PHASE_NAMELESS, trail, "the phase has no name".to_owned());
    }
    for (name, object) in &phase.objects {
        let kind = object.kind.to_ascii_lowercase();
        if !matches!(kind.as_str(), "secret" | "configmap") && !kind.contains("{{") {
            let trail = trail.key("objects").key(name).key("kind");
            let message = format!("{:?} is neither Secret nor ConfigMap", object.kind);
            reporter.value(&OBJECT_KIND, &trail, message);
        }
    }
}

/// Names of phases that are there before, in this action or in another.
fn names<'b>(
    action: &'b str,
    definition: &'b BlueprintAction,
    trail: &Trail<'b>,
    elsewhere: &mut BTreeMap<&'b str, &'b str>,
    reporter: &mut Reporter<'_>,
) {
    let listed = definition.phases.iter().enumerate();
    let listed = listed.map(|(index, phase)| (phase, trail.key("phases").item(index)));
    let deferred = definition.defer_phase.iter();
    let deferred = deferred.map(|phase| (phase, trail.key("deferPhase")));
    for (phase, trail) in listed.chain(deferred) {
        let name = phase.name.as_str();
        if name.is_empty() {
            continue;
        }
        let trail = trail.key("name");
        match elsewhere.get(name) {
            Some(other) if *other == action => {
                let message = format!("this action has another phase {name}");
                reporter.value(&PHASE_TWICE, &trail, message);
            }
            Some(other) => {
                let message = format!("action {other} has a phase {name} too");
                reporter.value(&PHASE_AGAIN, &trail, message);
            }
            None => {
                elsewhere.insert(name, action);
            }
        }
    }
}

/// Fields that the kind does not have.
pub(crate) fn unknown(
    unknown: &UnknownFields,
    known: &'static [&'static str],
    trail: &Trail<'_>,
    reporter: &mut Reporter<'_>,
) {
    for name in unknown.0.keys() {
        if known.contains(&name.as_str()) {
            continue;
        }
        let message = format!(
            "there is no field {name} here{}",
            hint(name, known.iter().copied())
        );
        reporter.field(&UNKNOWN_FIELD, &trail.key(name), message);
    }
}
