//! What the actions of a Blueprint want from an ActionSet.

use crate::blueprint::dialect;
use kanister_api::{Blueprint, BlueprintAction, BlueprintPhase};
use kanister_template::{Target, references};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the templates of one action cannot do without.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    /// Something of the Profile.
    pub(crate) profile: bool,
    /// The branches of kinds: `Deployment`, …
    pub(crate) branches: BTreeSet<String>,
    pub(crate) artifacts: BTreeSet<String>,
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) config_maps: BTreeSet<String>,
    pub(crate) options: BTreeSet<String>,
}

/// What each action wants, by its name.
#[derive(Debug, Default)]
pub(crate) struct Uses(pub(crate) BTreeMap<String, Wants>);

impl Uses {
    pub(crate) fn of(blueprint: &Blueprint) -> Self {
        let dialect = dialect(blueprint);
        let mut all = BTreeMap::new();
        for (name, action) in &blueprint.actions {
            let mut wants = Wants::default();
            for text in texts(action) {
                for reference in references(text, dialect).unwrap_or_default() {
                    if let Target::Field(path) = reference.target
                        && reference.required
                    {
                        wants.add(&path);
                    }
                }
            }
            all.insert(name.clone(), wants);
        }
        Self(all)
    }
}

impl Wants {
    fn add(&mut self, path: &[String]) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let set = match path.as_slice() {
            ["Profile", ..] => {
                self.profile = true;
                return;
            }
            ["ArtifactsIn", ..] => &mut self.artifacts,
            ["Secrets", ..] => &mut self.secrets,
            ["ConfigMaps", ..] => &mut self.config_maps,
            ["Options", ..] => &mut self.options,
            [branch, _, ..] => {
                self.branches.insert((*branch).to_owned());
                return;
            }
            _ => return,
        };
        if let Some(name) = path.get(1) {
            set.insert((*name).to_owned());
        }
    }
}

fn texts(action: &BlueprintAction) -> Vec<&str> {
    let mut all = Vec::new();
    let phases = action.phases.iter().chain(&action.defer_phase);
    for BlueprintPhase { args, objects, .. } in phases {
        args.values().for_each(|value| strings(value, &mut all));
        for object in objects.values() {
            all.extend([object.name.as_str(), &object.namespace]);
        }
    }
    for artifact in action.output_artifacts.values() {
        all.extend(artifact.key_value.values().map(String::as_str));
        all.push(&artifact.kopia_snapshot);
    }
    all
}

fn strings<'v>(value: &'v Value, all: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
