//! A Blueprint, action by action and phase by phase.

use crate::catalogue::{Catalogue, Known};
use crate::reporter::{Reporter, Trail};
use crate::{arguments, commands, credentials, references, structure, templates};
use kanister_api::{Blueprint, BlueprintAction, BlueprintPhase};
use kanister_template::Dialect;
use serde_json::Value;

/// What the checks of one action know about it.
pub(crate) struct Action<'a> {
    pub(crate) definition: &'a BlueprintAction,
    pub(crate) trail: Trail<'a>,
    pub(crate) dialect: Dialect,
    pub(crate) phases: Vec<Phase<'a>>,
}

/// What the checks of one phase know about it.
pub(crate) struct Phase<'a> {
    pub(crate) definition: &'a BlueprintPhase,
    pub(crate) trail: Trail<'a>,
    pub(crate) is_deferred: bool,
    /// Its function, if there is one of that name.
    pub(crate) function: Option<Known>,
}

/// The dialect that a Blueprint chooses.
pub(crate) fn dialect(blueprint: &Blueprint) -> Dialect {
    let annotations = blueprint.metadata.annotations.as_ref();
    match annotations.and_then(|all| all.get("kanister.io/template-dialect")) {
        Some(dialect) if dialect == "jinja" => Dialect::Jinja,
        _ => Dialect::GoArguments,
    }
}

pub(crate) async fn check(
    blueprint: &Blueprint,
    functions: &dyn Catalogue,
    version: &str,
    reporter: &mut Reporter<'_>,
) {
    structure::blueprint(blueprint, reporter);
    templates::check(reporter);
    let dialect = dialect(blueprint);
    for (name, definition) in &blueprint.actions {
        let trail = Trail::default().key("actions").key(name);
        let phases = phases(definition, &trail, functions, version, reporter);
        let action = Action {
            definition,
            trail,
            dialect,
            phases,
        };
        references::action(&action, reporter);
        credentials::action(&action, reporter);
        for phase in &action.phases {
            commands::phase(phase, reporter);
            let Some(known) = &phase.function else {
                continue;
            };
            arguments::check(phase, known, reporter);
            let asked = (functions, version);
            arguments::ask(phase, known, asked, reporter).await;
        }
    }
}

fn phases<'a>(
    action: &'a BlueprintAction,
    trail: &Trail<'a>,
    functions: &dyn Catalogue,
    version: &str,
    reporter: &mut Reporter<'_>,
) -> Vec<Phase<'a>> {
    let listed = action.phases.iter().enumerate();
    let listed = listed.map(|(index, phase)| (phase, trail.key("phases").item(index), false));
    let deferred = action.defer_phase.iter();
    let deferred = deferred.map(|phase| (phase, trail.key("deferPhase"), true));
    listed
        .chain(deferred)
        .map(|(definition, trail, is_deferred)| Phase {
            function: arguments::function(definition, &trail, functions, version, reporter),
            definition,
            trail,
            is_deferred,
        })
        .collect()
}

/// Every text of a value, with the way to it; keys are no texts here.
pub(crate) fn texts<'a>(
    value: &'a Value,
    trail: &Trail<'a>,
    each: &mut dyn FnMut(&Trail<'a>, &'a str),
) {
    match value {
        Value::String(text) => each(trail, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &trail.item(index), each);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                texts(field, &trail.key(name), each);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl<'a> Phase<'a> {
    /// Every text of the arguments that is rendered as arguments are.
    pub(crate) fn texts(&self) -> Vec<(Trail<'a>, &'a str)> {
        let mut all = Vec::new();
        for (name, value) in &self.definition.args {
            if self.renders_as_usual(name) {
                let trail = self.trail.key("args").key(name);
                texts(value, &trail, &mut |trail, text| {
                    all.push((trail.clone(), text))
                });
            }
        }
        all
    }

    fn renders_as_usual(&self, argument: &str) -> bool {
        let parameters = self.function.iter();
        let mut parameters = parameters.flat_map(|known| &known.descriptor.parameters);
        parameters
            .find(|parameter| parameter.name == argument)
            .is_none_or(|parameter| {
                parameter.rendering == kanister_host::component::Rendering::Arguments
            })
    }
}
