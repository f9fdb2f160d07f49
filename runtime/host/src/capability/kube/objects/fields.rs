//! Pruning: what a guest asked for, and nothing else, crosses the boundary.

use crate::capability::kube::error::KubeError;
use serde_json::{Map, Value};

/// Paths that one request may have.
const MOST: usize = 64;

/// Paths of fields: `spec.replicas`, `metadata.labels`. A path goes through lists:
/// `spec.containers.name` is the name of each container. A dot in a key is written `\.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields(Vec<Vec<String>>);

impl Fields {
    /// Reads paths; none means everything.
    ///
    /// # Errors
    /// [`KubeError::Invalid`] for an empty part, or too many paths.
    pub(super) fn parse(paths: &[String]) -> Result<Self, KubeError> {
        if paths.len() > MOST {
            return Err(KubeError::Invalid(format!(
                "more than {MOST} fields; name their parents"
            )));
        }
        let parsed: Result<_, _> = paths.iter().map(|path| parts(path)).collect();
        parsed.map(Self)
    }

    /// The object with these fields only.
    pub(super) fn prune(&self, object: Value) -> Value {
        if self.0.is_empty() {
            return object;
        }
        let mut pruned = Value::Object(Map::new());
        for path in &self.0 {
            if let Some(part) = select(&object, path) {
                join(&mut pruned, part);
            }
        }
        pruned
    }
}

fn parts(path: &str) -> Result<Vec<String>, KubeError> {
    let mut parts = vec![String::new()];
    let mut chars = path.strip_prefix('.').unwrap_or(path).chars();
    while let Some(c) = chars.next() {
        let key = match c {
            '.' => {
                parts.push(String::new());
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            c => c,
        };
        if let Some(last) = parts.last_mut() {
            last.push(key);
        }
    }
    if parts.iter().any(String::is_empty) {
        return Err(KubeError::Invalid(format!(
            "the field {path:?} has an empty part; fields are written like `spec.replicas`"
        )));
    }
    Ok(parts)
}

/// The part of `value` on the path, with the way to it.
fn select(value: &Value, path: &[String]) -> Option<Value> {
    let Some((key, rest)) = path.split_first() else {
        return Some(value.clone());
    };
    match value {
        Value::Object(map) => {
            let part = select(map.get(key)?, rest)?;
            Some(Value::Object(Map::from_iter([(key.clone(), part)])))
        }
        // Places in a list are kept, so that several paths meet in the same element.
        Value::Array(items) => Some(Value::Array(
            items
                .iter()
                .map(|item| select(item, path).unwrap_or_else(|| Value::Object(Map::new())))
                .collect(),
        )),
        _ => None,
    }
}

/// Lays one selection over another of the same object.
fn join(onto: &mut Value, part: Value) {
    match (onto, part) {
        (Value::Object(onto), Value::Object(part)) => {
            for (key, value) in part {
                match onto.get_mut(&key) {
                    Some(there) => join(there, value),
                    None => {
                        onto.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(onto), Value::Array(part)) if onto.len() == part.len() => {
            for (there, value) in onto.iter_mut().zip(part) {
                join(there, value);
            }
        }
        (onto, part) => *onto = part,
    }
}

#[cfg(test)]
mod tests;
