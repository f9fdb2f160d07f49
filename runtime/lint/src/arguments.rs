//! Functions and their arguments.

use crate::blueprint::{Phase, texts};
use crate::catalogue::{Catalogue, Known};
use crate::reporter::{Reporter, Trail, hint};
use crate::rule::{Level, Rule};
use kanister_api::BlueprintPhase;
use kanister_host::arguments::fits;
use kanister_host::component::{Parameter, ValueType};
use serde_json::{Map, Value};

const NO_FUNCTION: Rule = Rule {
    id: "function-missing",
    level: Level::Error,
    reason: "A phase is a call of a function, and this one names none.",
    remedy: "Write func; `kanister plugin list` shows the functions there are.",
};
const UNKNOWN_FUNCTION: Rule = Rule {
    id: "unknown-function",
    level: Level::Error,
    reason: "The action fails before its first phase if a function is not there.",
    remedy: "Correct the name (`kanister plugin list` shows the functions there are), or give the folder of the plugin \
             that has it with --plugins.",
};
pub(crate) const VERSION: Rule = Rule {
    id: "function-version",
    level: Level::Warning,
    reason: "A version that is not installed is silently replaced by the default one.",
    remedy: "Ask for a version that is installed, or install this one.",
};
const MISSING: Rule = Rule {
    id: "missing-argument",
    level: Level::Error,
    reason: "The function cannot run without it.",
    remedy: "Write the argument.",
};
const UNKNOWN: Rule = Rule {
    id: "unknown-argument",
    level: Level::Error,
    reason: "The function refuses arguments that it does not know.",
    remedy: "Correct the name or remove the argument; `kanister plugin inspect FUNCTION` shows what it takes.",
};
const KIND: Rule = Rule {
    id: "argument-kind",
    level: Level::Error,
    reason: "The function needs a value of another kind.",
    remedy: "Write a value of that kind; `kanister plugin inspect FUNCTION` shows which.",
};
const REFUSED: Rule = Rule {
    id: "argument-refused",
    level: Level::Error,
    reason: "The function itself says that it cannot work with this argument.",
    remedy: "Write what the message asks for.",
};
const IMAGE: Rule = Rule {
    id: "image-not-pinned",
    level: Level::Note,
    reason: "An image without a version, or with `latest`, may be another one when the restore runs.",
    remedy: "Name a version, or better a digest.",
};

pub(crate) const RULES: &[&Rule] = &[
    &NO_FUNCTION,
    &UNKNOWN_FUNCTION,
    &VERSION,
    &MISSING,
    &UNKNOWN,
    &KIND,
    &REFUSED,
    &IMAGE,
];

/// The function of a phase.
pub(crate) fn function(
    phase: &BlueprintPhase,
    trail: &Trail<'_>,
    functions: &dyn Catalogue,
    version: &str,
    reporter: &mut Reporter<'_>,
) -> Option<Known> {
    let trail = trail.key("func");
    if phase.func.is_empty() {
        let message = "the phase names no function".to_owned();
        reporter.field(&NO_FUNCTION, &trail, message);
        return None;
    }
    match functions.find(&phase.func, version) {
        Ok(known) => {
            if known.falls_back {
                let message = format!("{} is not there in version {version}", phase.func);
                reporter.value(&VERSION, &trail, message);
            }
            Some(known)
        }
        Err(error) => {
            reporter.value(&UNKNOWN_FUNCTION, &trail, error.to_string());
            None
        }
    }
}

/// Missing and unknown arguments, and those of the wrong kind.
pub(crate) fn check(phase: &Phase<'_>, known: &Known, reporter: &mut Reporter<'_>) {
    let args = &phase.definition.args;
    let descriptor = &known.descriptor;
    let name = &descriptor.name;
    for parameter in &descriptor.parameters {
        // A key without a value says as little as no key.
        let given = args.get(&parameter.name).filter(|value| !value.is_null());
        let needed = parameter.required && parameter.default.is_none();
        if needed && given.is_none() {
            let message = format!("{name} needs the argument {}", parameter.name);
            reporter.value(&MISSING, &phase.trail.key("func"), message);
        }
    }
    for (argument, value) in args {
        let trail = phase.trail.key("args").key(argument);
        let parameters = descriptor.parameters.iter();
        let Some(parameter) = parameters.clone().find(|known| known.name == *argument) else {
            let known = parameters.map(|parameter| parameter.name.as_str());
            let message = format!("{name} has no argument {argument}{}", hint(argument, known));
            reporter.field(&UNKNOWN, &trail, message);
            continue;
        };
        if let Err(message) = kind(parameter, value) {
            reporter.value(&KIND, &trail, format!("{argument} of {name}: {message}"));
        }
        if names_image(argument) {
            image(value, &trail, reporter);
        }
    }
}

/// A template gives a text, whatever it holds.
fn kind(parameter: &Parameter, value: &Value) -> Result<(), String> {
    let is_template = value.as_str().is_some_and(|text| text.contains("{{"));
    match parameter.kind {
        _ if value.is_null() => Ok(()),
        ValueType::Integer | ValueType::Number | ValueType::Boolean if is_template => Ok(()),
        kind => fits(value, kind),
    }
}

/// What the function itself says, as far as no template decides it.
pub(crate) async fn ask(
    phase: &Phase<'_>,
    known: &Known,
    (functions, version): (&dyn Catalogue, &str),
    reporter: &mut Reporter<'_>,
) {
    let args = &phase.definition.args;
    // A number that is a template still is none yet, and the function would only say so.
    let undecided = |name: &str| {
        let parameters = known.descriptor.parameters.iter();
        let mut numbers = parameters.filter(|parameter| parameter.name == name);
        numbers.any(|parameter| {
            matches!(
                parameter.kind,
                ValueType::Integer | ValueType::Number | ValueType::Boolean
            )
        })
    };
    if args
        .iter()
        .any(|(name, value)| has_template(value) && undecided(name))
    {
        return;
    }
    let wrong = functions
        .validate(&phase.definition.func, version, args)
        .await;
    for error in wrong {
        let argument = error.path.split(['.', '[']).next().unwrap_or_default();
        if args.get(argument).is_some_and(|value| !has_template(value)) {
            let trail = phase.trail.key("args").key(argument);
            reporter.value(
                &REFUSED,
                &trail,
                format!("{}: {}", error.path, error.message),
            );
        }
    }
}

fn has_template(value: &Value) -> bool {
    match value {
        Value::Object(fields) => any_template(fields),
        Value::Array(items) => items.iter().any(has_template),
        Value::String(text) => text.contains("{{"),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn any_template(fields: &Map<String, Value>) -> bool {
    fields
        .iter()
        .any(|(key, value)| key.contains("{{") || has_template(value))
}

/// Arguments that name an image are called so.
fn names_image(argument: &str) -> bool {
    argument == "image" || argument.ends_with("Image")
}

fn image<'a>(value: &'a Value, trail: &Trail<'a>, reporter: &mut Reporter<'_>) {
    let mut loose = Vec::new();
    texts(value, trail, &mut |_, text| {
        let last = text.rsplit('/').next().unwrap_or_default();
        let pinned = match last.split_once(':') {
            Some((_, version)) => version != "latest",
            None => last.contains('@'),
        };
        if !pinned && !text.contains("{{") && !text.is_empty() {
            loose.push(text.to_owned());
        }
    });
    for text in loose {
        reporter.value(
            &IMAGE,
            trail,
            format!("the image {text} is not pinned to a version"),
        );
    }
}
