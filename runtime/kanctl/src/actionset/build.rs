//! Actions from what the command line gives and what a parent has.

use std::collections::BTreeMap;

use kanister_api::{ActionSet, ActionSpec, ObjectReference};

use crate::error::Error;

/// What the command line gives for every action.
pub(crate) struct Given {
    pub(crate) action: String,
    pub(crate) blueprint: String,
    pub(crate) secrets: BTreeMap<String, ObjectReference>,
    pub(crate) config_maps: BTreeMap<String, ObjectReference>,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) profile: Option<ObjectReference>,
    pub(crate) pod_labels: BTreeMap<String, String>,
    pub(crate) pod_annotations: BTreeMap<String, String>,
}

impl Given {
    /// One action for each object.
    pub(crate) fn new_actions(&self, objects: Vec<ObjectReference>) -> Vec<ActionSpec> {
        objects
            .into_iter()
            .map(|object| ActionSpec {
                object,
                ..self.template()
            })
            .collect()
    }

    fn template(&self) -> ActionSpec {
        let Self {
            action,
            blueprint,
            secrets,
            config_maps,
            options,
            profile,
            pod_labels,
            pod_annotations,
        } = self;
        ActionSpec {
            name: action.clone(),
            blueprint: blueprint.clone(),
            secrets: secrets.clone(),
            config_maps: config_maps.clone(),
            options: options.clone(),
            profile: profile.clone(),
            pod_labels: pod_labels.clone(),
            pod_annotations: pod_annotations.clone(),
            ..ActionSpec::default()
        }
    }

    /// One action for each of the parent's and for each object, or for the parent's own objects if
    /// there are none. What the command line gives replaces what the parent has; options are merged
    /// by key.
    ///
    /// # Errors
    /// A parent whose status does not belong to its spec.
    pub(crate) fn child_actions(
        &self,
        parent: &ActionSet,
        name: &str,
        objects: Vec<ObjectReference>,
    ) -> Result<Vec<ActionSpec>, Error> {
        let done = parent.status.iter().flat_map(|status| &status.actions);
        let asked: Vec<_> = parent.spec.iter().flat_map(|spec| &spec.actions).collect();
        let mut actions = Vec::new();
        for (index, done) in done.enumerate() {
            let asked = asked.get(index).ok_or_else(|| {
                Error::Argument(format!(
                    "the parent ActionSet {name} has more actions in its status than in its spec; it cannot be continued"
                ))
            })?;
            let mut options = asked.options.clone();
            options.extend(self.options.clone());
            let child = ActionSpec {
                name: or(&self.action, &done.name),
                blueprint: or(&self.blueprint, &done.blueprint),
                object: done.object.clone(),
                artifacts: done.artifacts.clone(),
                secrets: or_map(&self.secrets, &asked.secrets),
                config_maps: or_map(&self.config_maps, &asked.config_maps),
                profile: self.profile.clone().or_else(|| asked.profile.clone()),
                options,
                ..self.template()
            };
            match objects.is_empty() {
                true => actions.push(child),
                false => actions.extend(objects.iter().map(|object| ActionSpec {
                    object: object.clone(),
                    ..child.clone()
                })),
            }
        }
        Ok(actions)
    }
}

fn or(given: &str, inherited: &str) -> String {
    match given.is_empty() {
        true => inherited.into(),
        false => given.into(),
    }
}

fn or_map(
    given: &BTreeMap<String, ObjectReference>,
    inherited: &BTreeMap<String, ObjectReference>,
) -> BTreeMap<String, ObjectReference> {
    match given.is_empty() {
        true => inherited.clone(),
        false => given.clone(),
    }
}
