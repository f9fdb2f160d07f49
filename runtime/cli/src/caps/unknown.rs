//! What a template decides: stand-ins for it in arguments, and what becomes of them in a plan.

use kanister_host::component::{Parameter, ValueType};
use kanister_template::{Dialect, Target, references};
use serde_json::{Map, Value};

/// Stands for a text that is not known before the run. A name that Kubernetes accepts, so that plans
/// accept it too.
const UNKNOWN: &str = "kanister-unknown";
/// Stands for the namespace of the application.
pub const SUBJECT: &str = "kanister-subject";
/// Stands for the namespace of the controller.
pub const CONTROLLER: &str = "kanister-controller";

/// The fields of the parameters that are the namespace of the application.
const SUBJECT_FIELDS: [[&str; 2]; 5] = [
    ["Deployment", "Namespace"],
    ["DeploymentConfig", "Namespace"],
    ["StatefulSet", "Namespace"],
    ["PVC", "Namespace"],
    ["Namespace", "Name"],
];

/// Arguments with stand-ins for templates; says which arguments have some that are not known.
pub fn stand_ins(
    args: &Map<String, Value>,
    parameters: &[Parameter],
) -> (Map<String, Value>, Vec<String>) {
    let mut unknown = Vec::new();
    let mut known = Map::new();
    for (name, value) in args {
        let kind = parameters
            .iter()
            .find(|parameter| parameter.name == *name)
            .map(|parameter| parameter.kind);
        let before = unknown.len();
        let value = replace(value, kind, name, &mut unknown);
        // One line for each argument is enough.
        unknown.truncate(before.saturating_add(1));
        known.insert(name.clone(), value);
    }
    (known, unknown)
}

fn replace(value: &Value, kind: Option<ValueType>, path: &str, unknown: &mut Vec<String>) -> Value {
    match value {
        Value::String(text) if text.contains("{{") => {
            if is_subject(text) {
                return SUBJECT.into();
            }
            unknown.push(format!("{path} comes from {}", shortened(text)));
            match kind {
                Some(ValueType::Integer | ValueType::Number) => 1.into(),
                Some(ValueType::Boolean) => true.into(),
                _ => stand_in(text).into(),
            }
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| replace(item, None, path, unknown));
            Value::Array(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (stand_in(name), replace(field, None, path, unknown)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

fn is_subject(text: &str) -> bool {
    let text = text.trim();
    let alone = text.starts_with("{{") && text.ends_with("}}") && text.matches("{{").count() == 1;
    let Ok(found) = references(text, Dialect::GoArguments) else {
        return false;
    };
    match found.as_slice() {
        [only] if alone => match &only.target {
            Target::Field(path) => {
                SUBJECT_FIELDS.iter().any(|field| path == field)
                    || path == &["Object", "metadata", "namespace"]
            }
            Target::Function(_) => false,
        },
        _ => false,
    }
}

/// A text with a stand-in for each of its templates.
fn stand_in(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        out.push_str(UNKNOWN);
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

fn shortened(text: &str) -> String {
    let line = text
        .lines()
        .find(|line| line.contains("{{"))
        .unwrap_or(text);
    let line = line.trim();
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    let start: String = line.chars().take(79).collect();
    format!("{start}…")
}

/// Rules as JSON in which stand-ins are patterns: a name keeps what it begins with, everything else
/// is any.
pub fn widened(value: Value) -> Value {
    widen(value, "")
}

fn widen(value: Value, field: &str) -> Value {
    match value {
        Value::String(text) => match text.split_once(UNKNOWN) {
            None => Value::String(text),
            Some((start, _)) => match field {
                "prefix" | "pathPrefix" => folder(start).into(),
                "names" | "pods" | "claims" | "secrets" if !start.is_empty() => {
                    format!("{start}*").into()
                }
                "images" => "**".into(),
                _ => "*".into(),
            },
        },
        Value::Array(items) => {
            let items = items.into_iter().map(|item| widen(item, field));
            Value::Array(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = widen(value, &name);
                (name, value)
            });
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// The folder that a key certainly lies in.
fn folder(start: &str) -> String {
    start
        .rsplit_once('/')
        .map_or_else(String::new, |(folder, _)| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_have_stand_ins_and_the_subject_has_its_own() {
        let args = json!({
            "namespace": "{{ .Deployment.Namespace }}",
            "pod": "{{ index .Deployment.Pods 0 }}",
            "command": ["sh", "-c", "echo {{ .Time }}"],
            "plain": "x",
        });
        let (known, unknown) = stand_ins(args.as_object().unwrap(), &[]);
        assert_eq!(
            Value::Object(known),
            json!({
                "namespace": SUBJECT,
                "pod": UNKNOWN,
                "command": ["sh", "-c", format!("echo {UNKNOWN}")],
                "plain": "x",
            })
        );
        assert_eq!(unknown.len(), 2, "{unknown:?}");
    }

    #[test]
    fn stand_ins_become_patterns() {
        let rules = json!({
            "names": [format!("job-{UNKNOWN}"), UNKNOWN, "plain"],
            "argv": [["sh", "-c", format!("echo {UNKNOWN}")]],
            "prefix": format!("dumps/{UNKNOWN}/x"),
            "namespaces": [SUBJECT],
        });
        assert_eq!(
            widened(rules),
            json!({
                "names": ["job-*", "*", "plain"],
                "argv": [["sh", "-c", "*"]],
                "prefix": "dumps",
                "namespaces": [SUBJECT],
            })
        );
    }
}
