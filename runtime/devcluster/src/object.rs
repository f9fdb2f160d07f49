//! Reading and changing parts of an object that is held as JSON.

use serde_json::{Map, Value};

static NULL: Value = Value::Null;

/// The value at `path`, or null if any step is missing.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter()
        .try_fold(value, |value, step| value.get(step))
        .unwrap_or(&NULL)
}

/// The text at `path`, or an empty one.
pub(crate) fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    at(value, path).as_str().unwrap_or_default()
}

/// The host name of a pod.
pub(crate) fn hostname(pod: &Value) -> &str {
    match text(pod, &["spec", "hostname"]) {
        "" => name(pod),
        given => given,
    }
}

/// The whole number at `path`.
pub(crate) fn integer(value: &Value, path: &[&str]) -> Option<i64> {
    at(value, path).as_i64()
}

/// The elements of the list at `path`; none if there is no list.
pub(crate) fn items<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// The pairs of the map at `path` whose values are text.
pub(crate) fn pairs<'a>(
    value: &'a Value,
    path: &[&str],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    at(value, path)
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| value.as_str().map(|text| (key.as_str(), text)))
}

/// The map inside `value`, which becomes an empty map if it is anything else.
pub(crate) fn map_mut(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made a map above"),
    }
}

/// Writes `new` at `path` and makes the maps on the way.
pub(crate) fn set(value: &mut Value, path: &[&str], new: Value) {
    match path.split_first() {
        None => *value = new,
        Some((step, rest)) => set(
            map_mut(value)
                .entry((*step).to_owned())
                .or_insert(Value::Null),
            rest,
            new,
        ),
    }
}

/// Writes `new` at `path` unless something other than null is there.
pub(crate) fn set_default(value: &mut Value, path: &[&str], new: Value) {
    if at(value, path).is_null() {
        set(value, path, new);
    }
}

/// Removes what is at `path` and returns it.
pub(crate) fn remove(value: &mut Value, path: &[&str]) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    let parent = parents
        .iter()
        .try_fold(value, |value, step| value.get_mut(step))?;
    parent.as_object_mut()?.shift_remove(*last)
}

/// The map `metadata`, made if it is missing.
pub(crate) fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
    map_mut(map_mut(object).entry("metadata").or_insert(Value::Null))
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, &["metadata", "name"])
}

pub(crate) fn namespace(object: &Value) -> &str {
    text(object, &["metadata", "namespace"])
}

pub(crate) fn uid(object: &Value) -> &str {
    text(object, &["metadata", "uid"])
}

/// Whether deletion was asked for and waits for finalizers or for a grace period.
pub(crate) fn is_terminating(object: &Value) -> bool {
    !at(object, &["metadata", "deletionTimestamp"]).is_null()
}

/// The finalizers of the object.
pub(crate) fn finalizers(object: &Value) -> impl Iterator<Item = &str> {
    items(object, &["metadata", "finalizers"])
        .iter()
        .filter_map(Value::as_str)
}

/// Whether the list at `path` contains this text.
pub(crate) fn contains(object: &Value, path: &[&str], wanted: &str) -> bool {
    items(object, path).iter().any(|item| item == wanted)
}

/// The present time as Kubernetes writes it: RFC 3339, UTC, whole seconds.
pub(crate) fn now() -> Value {
    Value::String(
        jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
    )
}
