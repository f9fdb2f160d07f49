//! `status.conditions`, as most kinds have them.

use serde_json::Value;

/// The entry of `status.conditions` of one type.
pub(super) fn status_condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions
        .iter()
        .find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind))
}

/// Whether a condition has a status. A condition that speaks of an older generation of the
/// object says nothing about this one.
pub(super) fn condition_is(object: &Value, kind: &str, status: &str) -> bool {
    let Some(condition) = status_condition(object, kind) else {
        return false;
    };
    let number = |value: Option<&Value>| value.and_then(Value::as_i64);
    let observed = number(condition.get("observedGeneration"))
        .or_else(|| number(object.pointer("/status/observedGeneration")));
    let generation = number(object.pointer("/metadata/generation"));
    let current = match (observed, generation) {
        (Some(observed), Some(generation)) => observed >= generation,
        _ => true,
    };
    let text = condition.get("status").and_then(Value::as_str);
    current && text.is_some_and(|text| text.eq_ignore_ascii_case(status))
}
