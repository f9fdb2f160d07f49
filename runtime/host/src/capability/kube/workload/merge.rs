//! Strategic merge of a partial PodSpec over another.
//!
//! The rules are those of Kubernetes' strategic merge patch for this one type: maps are
//! merged, `null` deletes, lists with a merge key are merged item by item and others
//! replaced. Of its directives `$patch: delete` and `$patch: replace` are understood, and
//! `$retainKeys`; `$setElementOrder` asks for an order that a merge gives anyway.

use super::merge_keys::Place;
use crate::capability::kube::KubeError;
use serde_json::{Map, Value};

/// How deep an override may be. JSON that is read has a limit of its own.
const DEEPEST: usize = 64;

/// `patch` over `spec`.
///
/// # Errors
/// [`KubeError::Invalid`] for an item without its merge key or an unknown directive.
pub(super) fn merge(spec: Value, patch: Value) -> Result<Value, KubeError> {
    merge_at(spec, patch, Place::Spec, 0)
}

fn invalid(why: String) -> KubeError {
    KubeError::Invalid(format!("the pod override {why}"))
}

fn merge_at(onto: Value, patch: Value, place: Place, depth: usize) -> Result<Value, KubeError> {
    if depth > DEEPEST {
        return Err(invalid(format!("is nested deeper than {DEEPEST}")));
    }
    let Value::Object(mut patch) = patch else {
        return Ok(patch);
    };
    let mut onto = match onto {
        Value::Object(onto) => onto,
        _ => Map::new(),
    };
    match directive(&mut patch)? {
        Some(Directive::Replace) => onto.clear(),
        Some(Directive::Delete) => return Ok(Value::Object(Map::new())),
        None => {}
    }
    if let Some(kept) = patch.remove("$retainKeys") {
        let kept = kept.as_array().cloned().unwrap_or_default();
        onto.retain(|key, _| kept.iter().any(|kept| kept == key.as_str()));
    }
    for (key, value) in patch {
        if let Some(directive) = key.strip_prefix('$') {
            if directive.starts_with("setElementOrder/") {
                continue;
            }
            return Err(invalid(format!(
                "has the directive ${directive}, which is not supported"
            )));
        }
        if value.is_null() {
            onto.remove(&key);
            continue;
        }
        let there = onto.remove(&key).unwrap_or(Value::Null);
        let merged = match (place.list(&key), value) {
            (Some((merge_key, inner)), Value::Array(patch)) => {
                let there = match there {
                    Value::Array(there) => there,
                    _ => Vec::new(),
                };
                let list = List {
                    field: &key,
                    key: merge_key,
                    inner,
                    depth,
                };
                Value::Array(list.merge(there, patch)?)
            }
            (_, value) => merge_at(there, value, Place::Elsewhere, depth + 1)?,
        };
        onto.insert(key, merged);
    }
    Ok(Value::Object(onto))
}

#[derive(PartialEq)]
enum Directive {
    Delete,
    Replace,
}

fn directive(patch: &mut Map<String, Value>) -> Result<Option<Directive>, KubeError> {
    match patch.remove("$patch") {
        None => Ok(None),
        Some(Value::String(word)) if word == "merge" => Ok(None),
        Some(Value::String(word)) if word == "delete" => Ok(Some(Directive::Delete)),
        Some(Value::String(word)) if word == "replace" => Ok(Some(Directive::Replace)),
        Some(other) => Err(invalid(format!("has $patch: {other}, which means nothing"))),
    }
}

/// A list whose items are known by one of their fields.
struct List<'a> {
    field: &'a str,
    key: &'static str,
    inner: Place,
    depth: usize,
}

impl List<'_> {
    fn merge(&self, there: Vec<Value>, patch: Vec<Value>) -> Result<Vec<Value>, KubeError> {
        let order: Vec<Value> = there
            .iter()
            .map(|item| item.get(self.key).cloned().unwrap_or_default())
            .collect();
        let mut left: Vec<Option<Value>> = there.into_iter().map(Some).collect();
        let mut patched = Vec::new();
        for mut item in patch {
            let Value::Object(fields) = &mut item else {
                return Err(invalid(format!(
                    "has an item in {} that is no map",
                    self.field
                )));
            };
            let directive = directive(fields)?;
            let Some(key) = fields.get(self.key).cloned() else {
                if directive == Some(Directive::Replace) && fields.is_empty() {
                    // `- $patch: replace` throws the whole list away.
                    left.fill(None);
                    continue;
                }
                return Err(invalid(format!(
                    "has an item in {} without {}",
                    self.field, self.key
                )));
            };
            let at = order.iter().position(|known| *known == key);
            let before = at.and_then(|at| left.get_mut(at)?.take());
            match directive {
                Some(Directive::Delete) => continue,
                Some(Directive::Replace) => patched.push((at, item)),
                None => {
                    let before = before.unwrap_or(Value::Null);
                    let merged = merge_at(before, item, self.inner, self.depth + 1)?;
                    patched.push((at, merged));
                }
            }
        }
        Ok(interleave(left, patched))
    }
}

/// Kubernetes' order: what the patch has comes in its order; what only was there comes
/// before an item of the patch if it stood before it.
fn interleave(left: Vec<Option<Value>>, patched: Vec<(Option<usize>, Value)>) -> Vec<Value> {
    let mut left = left
        .into_iter()
        .enumerate()
        .filter_map(|(at, item)| Some((at, item?)))
        .peekable();
    let mut all = Vec::new();
    for (at, item) in patched {
        if let Some(at) = at {
            while let Some((_, earlier)) = left.next_if(|(place, _)| *place < at) {
                all.push(earlier);
            }
        }
        all.push(item);
    }
    all.extend(left.map(|(_, item)| item));
    all
}

#[cfg(test)]
mod tests;
