//! What an ActionSet would call its functions with, before anything runs.

use crate::action::render_reference;
use crate::call::render;
use crate::clock;
use crate::control::RunHandle;
use crate::engine::Engine;
use crate::failure::template_message;
use crate::params::{Reader, collect, objects};
use crate::seat::Clients;
use kanister_api::{ActionSet, ActionSpec, ActionTime, Artifact, Blueprint, BlueprintPhase};
use kanister_host::secret::MASK;
use kanister_template::{Dialect, Options, Params, Target, Template, TemplateParams, references};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one action would do.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionPreview {
    /// The action's name.
    pub action: String,
    /// Its phases, the deferPhase last; or why none would begin.
    pub phases: Result<Vec<PhasePreview>, String>,
    /// What it would leave: rendered values by artifact and key, or why there are none.
    pub artifacts: Result<BTreeMap<String, BTreeMap<String, String>>, String>,
}

/// What one phase would do.
#[derive(Debug, Clone, PartialEq)]
pub struct PhasePreview {
    /// The phase's name.
    pub phase: String,
    /// The function it calls.
    pub function: String,
    /// Whether it is the deferPhase.
    pub deferred: bool,
    /// The condition that decides whether it runs.
    pub condition: Option<String>,
    /// The arguments with secrets masked; or why it would fail.
    pub args: Result<Value, String>,
}

impl Engine {
    /// Renders every phase's arguments. What a phase will give is not known: `<phase.output>` stands
    /// in its place. Only what templates refer to is read, and nothing is changed.
    pub async fn preview(
        &self,
        clients: Arc<dyn Clients>,
        action_set: &ActionSet,
        blueprints: &[Blueprint],
    ) -> Vec<ActionPreview> {
        // Nobody cancels it: whoever asked can drop the future.
        let (_handle, control) = RunHandle::new();
        let reader = Reader::new(clients, control, self.settings().patience);
        let mut previews = Vec::new();
        for spec in action_set.spec.iter().flat_map(|spec| &spec.actions) {
            let blueprint = blueprints
                .iter()
                .find(|it| it.metadata.name.as_deref() == Some(&spec.blueprint));
            previews.push(self.preview_action(&reader, spec, blueprint).await);
        }
        previews
    }

    async fn preview_action(
        &self,
        reader: &Reader,
        spec: &ActionSpec,
        blueprint: Option<&Blueprint>,
    ) -> ActionPreview {
        let failed = |why: String| ActionPreview {
            action: spec.name.clone(),
            phases: Err(why),
            artifacts: Ok(BTreeMap::new()),
        };
        let action = match crate::begin::action(spec, blueprint) {
            Ok(action) => action,
            Err(error) => return failed(error.to_string()),
        };
        let mut params = match collect(reader, spec, None).await {
            Ok(collected) => collected.params,
            Err(error) => return failed(error.to_string()),
        };
        params.time = ActionTime(clock::now().0).to_string();
        let outputs = outputs(
            &action.phases,
            &action.defer_phase,
            &action.output_artifacts,
        );
        let mut phases = Vec::new();
        for phase in &action.phases {
            phases.push(
                self.preview_phase(reader, spec, phase, false, &mut params)
                    .await,
            );
            let known = params.phases.get_or_insert_default();
            let known = known.entry(phase.name.clone()).or_default();
            known.get_or_insert_default().output =
                Some(outputs.get(&phase.name).cloned().unwrap_or_default());
        }
        if let Some(phase) = &action.defer_phase {
            phases.push(
                self.preview_phase(reader, spec, phase, true, &mut params)
                    .await,
            );
            params.defer_phase.get_or_insert_default().output =
                Some(outputs.get(DEFER).cloned().unwrap_or_default());
        }
        let options = &self.settings().templates;
        ActionPreview {
            action: spec.name.clone(),
            phases: Ok(phases),
            artifacts: artifacts(&action.output_artifacts, &Params::new(&params), options),
        }
    }

    async fn preview_phase(
        &self,
        reader: &Reader,
        spec: &ActionSpec,
        phase: &BlueprintPhase,
        deferred: bool,
        params: &mut TemplateParams,
    ) -> PhasePreview {
        PhasePreview {
            phase: phase.name.clone(),
            function: phase.func.clone(),
            deferred,
            condition: phase.condition.clone(),
            args: self.arguments(reader, spec, phase, deferred, params).await,
        }
    }

    async fn arguments(
        &self,
        reader: &Reader,
        spec: &ActionSpec,
        phase: &BlueprintPhase,
        deferred: bool,
        params: &mut TemplateParams,
    ) -> Result<Value, String> {
        let options = &self.settings().templates;
        let registry = self.host().registry();
        let found = registry
            .find(&phase.func, &spec.preferred_version)
            .map_err(|error| error.to_string())?;
        let mut refers = phase.objects.clone();
        for reference in refers.values_mut() {
            render_reference(reference, &Params::new(params), options)
                .map_err(|error| template_message(&error))?;
        }
        let objects = objects(reader, &refers)
            .await
            .map_err(|error| error.to_string())?;
        if deferred {
            params.defer_phase = Some(objects);
        } else {
            let phases = params.phases.get_or_insert_default();
            phases.insert(phase.name.clone(), Some(objects));
        }
        let descriptor = &found.function.descriptor;
        let rendered =
            render(descriptor, &phase.args, &Params::new(params), options).map_err(|error| {
                format!(
                    "argument {}: {}",
                    error.path,
                    template_message(&error.source)
                )
            })?;
        Ok(rendered.redact(|_| MASK.to_owned()))
    }
}

/// The key of what the deferPhase gives, which no phase can have as its name in a template.
const DEFER: &str = "";

/// A text in the place of each output that templates refer to, by phase.
fn outputs(
    phases: &[BlueprintPhase],
    defer: &Option<BlueprintPhase>,
    artifacts: &BTreeMap<String, Artifact>,
) -> BTreeMap<String, Map<String, Value>> {
    let mut texts = Vec::new();
    for phase in phases.iter().chain(defer) {
        strings(&Value::Object(phase.args.clone()), &mut texts);
        for reference in phase.objects.values() {
            texts.extend([reference.name.clone(), reference.namespace.clone()]);
        }
    }
    for artifact in artifacts.values() {
        texts.extend(artifact.key_value.values().cloned());
        texts.push(artifact.kopia_snapshot.clone());
    }
    let mut outputs: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for text in texts {
        for reference in references(&text, Dialect::GoArguments).unwrap_or_default() {
            let Target::Field(path) = reference.target else {
                continue;
            };
            let words: Vec<_> = path.iter().map(String::as_str).collect();
            let (phase, output) = match words.as_slice() {
                ["Phases", phase, "Output", output, ..] => (*phase, *output),
                ["DeferPhase", "Output", output, ..] => (DEFER, *output),
                _ => continue,
            };
            let shown = if phase == DEFER { "deferPhase" } else { phase };
            outputs
                .entry(phase.to_owned())
                .or_default()
                .insert(output.to_owned(), format!("<{shown}.{output}>").into());
        }
    }
    outputs
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(entries) => {
            for (key, item) in entries {
                found.push(key.clone());
                strings(item, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn artifacts(
    templates: &BTreeMap<String, Artifact>,
    params: &Params,
    options: &Options,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, String> {
    let render = |text: &str| {
        let template = Template::parse(text, Dialect::GoArguments);
        let text = template.and_then(|template| template.render(params, options));
        text.map(|text| text.redact(|_| MASK.to_owned()))
            .map_err(|error| template_message(&error))
    };
    templates
        .iter()
        .map(|(name, artifact)| {
            let values = artifact
                .key_value
                .iter()
                .map(|(key, text)| Ok((key.clone(), render(text)?)))
                .collect::<Result<_, String>>()?;
            Ok((name.clone(), values))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn outputs_that_are_not_known_yet_are_named() {
        let phase: BlueprintPhase = serde_json::from_value(json!({
            "func": "F", "name": "second",
            "args": {"command": ["{{ .Phases.first.Output.path }}", {"x": "{{ index .Phases.first.Output \"id\" }}"}]},
        }))
        .unwrap();
        let found = outputs(&[phase], &None, &BTreeMap::new());
        assert_eq!(found["first"]["path"], "<first.path>");
        assert_eq!(found["first"]["id"], "<first.id>");
    }
}
