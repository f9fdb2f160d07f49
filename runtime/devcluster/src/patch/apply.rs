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
mod tests;
