//! Output.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::hide::hide;

/// Writes `text` to stdout.
///
/// # Errors
/// It cannot be written.
pub(crate) fn out(text: &str) -> Result<(), Error> {
    with_secrets(&hide(text))
}

/// Writes `text` to stdout with the secrets in it, for the one who asks for a dry run.
///
/// # Errors
/// It cannot be written.
pub(crate) fn with_secrets(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Error::Stdout)
}

/// Writes a line to stderr, if there is one.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", hide(text));
}

/// Writes an error to stderr.
pub(crate) fn error(text: &str) {
    note(&format!("Error: {text}"));
}

/// A Kubernetes object as YAML, as the existing tool writes it: keys in order, a time of creation
/// that is null, and empty maps where the object has none.
///
/// # Errors
/// It has no form in YAML.
pub(crate) fn yaml(object: &impl Serialize) -> Result<String, Error> {
    let error = |e: String| Error::Yaml(e);
    let mut value = serde_json::to_value(object).map_err(|e| error(e.to_string()))?;
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.entry("creationTimestamp").or_insert(Value::Null);
    }
    serde_saphyr::to_string(&ordered(value)).map_err(|e| error(e.to_string()))
}

/// Maps of the API that are written even when there is nothing in them.
const WRITTEN_EMPTY: [&str; 2] = ["podAnnotations", "podLabels"];

fn ordered(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.into_iter().collect();
            let entries = sorted.into_iter().map(|(key, value)| {
                let empty = value.is_null() && WRITTEN_EMPTY.contains(&key.as_str());
                let value = match empty {
                    true => Value::Object(Map::new()),
                    false => ordered(value),
                };
                (key, value)
            });
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(ordered).collect()),
        other => other,
    }
}
