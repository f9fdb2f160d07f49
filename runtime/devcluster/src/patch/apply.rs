//! Server-side apply.

use serde_json::{Value, json};

use super::fields::{FieldSet, difference, merge};
use super::managed::{self, Manager, Writer};
use crate::object;
use crate::schema::Node;
use crate::status::{Cause, Status};

/// What is applied, and how.
#[derive(Debug)]
pub(crate) struct Applied<'a> {
    pub(crate) body: &'a Value,
    pub(crate) writer: &'a Writer,
    /// Take fields from managers that would be in conflict.
    pub(crate) force: bool,
}

/// Makes the fields that the writer manages look as in `applied`, and only those.
///
/// # Errors
/// If another manager owns a field that would change, and `force` is not given.
pub(crate) fn apply(live: &Value, applied: &Applied<'_>, node: &Node) -> Result<Value, Status> {
    let Applied {
        body,
        writer,
        force,
    } = applied;
    let mut managers = managed::read(live);
    let mut wanted = FieldSet::of(body, node, false);
    managed::strip(&mut wanted);

    let mut before = live.clone();
    object::remove(&mut before, &["metadata", "managedFields"]);
    if live.is_null() {
        before = json!({});
    }
    let mut result = before.clone();
    merge(&mut result, body, node);

    let own = managers
        .iter()
        .position(|manager| manager.is(writer, "Apply"));
    let old_own = own.and_then(|place| managers.get(place)).cloned();
    if let Some(old) = &old_own {
        let mut dropped = old.fields.clone();
        dropped.subtract_with_parents(&wanted);
        for manager in managers
            .iter()
            .filter(|manager| !manager.is(writer, "Apply"))
        {
            dropped.subtract_with_parents(&manager.fields);
        }
        dropped.remove_from(&mut result, node);
    }

    let mut change = difference(&before, &result, node);
    managed::strip(&mut change.written);
    managed::strip(&mut change.removed);
    let mut causes = Vec::new();
    for manager in managers
        .iter_mut()
        .filter(|manager| !manager.is(writer, "Apply"))
    {
        let taken = manager.fields.intersection(&change.written);
        if !taken.is_empty() {
            causes.extend(conflicts(manager, &taken));
            manager.fields.subtract(&taken);
        }
        manager.fields.subtract_trees(&change.removed);
    }
    if !causes.is_empty() && !force {
        return Err(Status::apply_conflict(causes));
    }

    let unchanged = old_own.as_ref().is_some_and(|old| old.fields == wanted) && before == result;
    let entry = Manager {
        name: writer.manager.clone(),
        operation: "Apply".into(),
        api_version: writer.api_version.clone(),
        subresource: writer.subresource.into(),
        time: match old_own {
            Some(old) if unchanged => old.time,
            _ => object::now(),
        },
        fields: wanted,
    };
    match own.and_then(|place| managers.get_mut(place)) {
        Some(place) => *place = entry,
        None => managers.insert(0, entry),
    }
    managed::write(&mut result, &managers);
    Ok(result)
}

fn conflicts(manager: &Manager, fields: &FieldSet) -> Vec<Cause> {
    let mut who = format!("conflict with {:?}", manager.name);
    if !manager.subresource.is_empty() {
        who = format!("{who} with subresource {:?}", manager.subresource);
    }
    if manager.operation == "Update" {
        who = format!("{who} using {}", manager.api_version);
    }
    fields
        .paths()
        .into_iter()
        .map(|field| Cause {
            reason: "FieldManagerConflict",
            message: who.clone(),
            field,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::record_update;
    use crate::schema::builtin;

    fn writer(name: &str) -> Writer {
        Writer {
            manager: name.into(),
            api_version: "v1".into(),
            subresource: "",
        }
    }

    fn try_apply(live: &Value, name: &str, body: &Value, force: bool) -> Result<Value, Status> {
        let writer = writer(name);
        let applied = Applied {
            body,
            writer: &writer,
            force,
        };
        apply(live, &applied, builtin("v1/ConfigMap").unwrap())
    }

    #[test]
    fn what_is_no_longer_applied_is_removed_unless_somebody_else_has_it() {
        let one = try_apply(
            &Value::Null,
            "a",
            &json!({"data": {"x": "1", "y": "1"}}),
            false,
        )
        .unwrap();
        let two = try_apply(&one, "b", &json!({"data": {"y": "1"}}), false).unwrap();
        let three = try_apply(&two, "a", &json!({"data": {"z": "1"}}), false).unwrap();
        assert_eq!(three["data"], json!({"y": "1", "z": "1"}));
    }

    #[test]
    fn changing_what_another_owns_is_a_conflict_unless_forced() {
        let one = try_apply(&Value::Null, "a", &json!({"data": {"x": "1"}}), false).unwrap();
        let body = json!({"data": {"x": "2"}});
        let status = try_apply(&one, "b", &body, false).unwrap_err();
        assert_eq!(status.reason, "Conflict");
        assert_eq!(
            status.message,
            "Apply failed with 1 conflict: conflict with \"a\": .data.x"
        );
        let two = try_apply(&one, "b", &body, true).unwrap();
        assert_eq!(two["data"], json!({"x": "2"}));
        assert_eq!(
            try_apply(&two, "a", &json!({"data": {"x": "2"}}), false).unwrap()["data"],
            two["data"]
        );
    }

    #[test]
    fn an_update_takes_ownership_and_the_next_apply_sees_it() {
        let one = try_apply(&Value::Null, "a", &json!({"data": {"x": "1"}}), false).unwrap();
        let mut edited = one.clone();
        edited["data"]["x"] = "9".into();
        record_update(
            &one,
            &mut edited,
            builtin("v1/ConfigMap").unwrap(),
            &writer("editor"),
        );
        let status = try_apply(&edited, "a", &json!({"data": {"x": "1"}}), false).unwrap_err();
        assert!(
            status
                .message
                .contains("conflict with \"editor\" using v1: .data.x"),
            "{status}"
        );
    }

    #[test]
    fn applying_the_same_twice_changes_nothing() {
        let body = json!({"metadata": {"labels": {"a": "b"}}, "data": {"x": "1"}});
        let one = try_apply(&Value::Null, "a", &body, false).unwrap();
        assert_eq!(try_apply(&one, "a", &body, false).unwrap(), one);
    }
}
