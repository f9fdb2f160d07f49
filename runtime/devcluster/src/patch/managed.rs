//! `metadata.managedFields`: who owns which field.

use serde_json::{Value, json};

use super::fields::{FieldSet, difference};
use crate::object;
use crate::schema::Node;

/// Who writes, and through what.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub(crate) manager: String,
    pub(crate) api_version: String,
    /// `status` or `scale`, or empty.
    pub(crate) subresource: &'static str,
}

/// What one manager owns.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    pub(super) name: String,
    pub(super) operation: String,
    pub(super) api_version: String,
    pub(super) subresource: String,
    pub(super) time: Value,
    pub(super) fields: FieldSet,
}

impl Manager {
    pub(super) fn is(&self, writer: &Writer, operation: &str) -> bool {
        self.name == writer.manager
            && self.operation == operation
            && self.subresource == writer.subresource
            // One manager that applies in two versions of an API is one manager.
            && (operation == "Apply" || self.api_version == writer.api_version)
    }

    fn from_json(entry: &Value) -> Self {
        Self {
            name: object::text(entry, &["manager"]).to_owned(),
            operation: object::text(entry, &["operation"]).to_owned(),
            api_version: object::text(entry, &["apiVersion"]).to_owned(),
            subresource: object::text(entry, &["subresource"]).to_owned(),
            time: object::at(entry, &["time"]).clone(),
            fields: FieldSet::from_json(object::at(entry, &["fieldsV1"])),
        }
    }

    fn to_json(&self) -> Value {
        let mut entry = json!({
            "manager": self.name, "operation": self.operation, "apiVersion": self.api_version,
            "time": self.time, "fieldsType": "FieldsV1", "fieldsV1": self.fields.to_json(),
        });
        if !self.subresource.is_empty() {
            object::set(
                &mut entry,
                &["subresource"],
                self.subresource.as_str().into(),
            );
        }
        entry
    }
}

pub(super) fn read(object: &Value) -> Vec<Manager> {
    object::items(object, &["metadata", "managedFields"])
        .iter()
        .map(Manager::from_json)
        .collect()
}

pub(super) fn write(object: &mut Value, managers: &[Manager]) {
    let entries: Vec<Value> = managers
        .iter()
        .filter(|manager| !manager.fields.is_empty())
        .map(Manager::to_json)
        .collect();
    let metadata = object::metadata_mut(object);
    if entries.is_empty() {
        metadata.shift_remove("managedFields");
    } else {
        metadata.insert("managedFields".into(), entries.into());
    }
}

/// Leaves out what belongs to the server.
pub(super) fn strip(fields: &mut FieldSet) {
    const SYSTEM: [&str; 9] = [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "generation",
        "managedFields",
        "resourceVersion",
        "clusterName",
    ];
    fields.strip(&["apiVersion"]);
    fields.strip(&["kind"]);
    for field in SYSTEM {
        fields.strip(&["metadata", field]);
    }
    for parent in ["metadata", "spec", "status"] {
        fields.strip_own(parent);
    }
}

/// Records in `new` that `writer` changed `old` into it by an update, create or patch.
pub(crate) fn record_update(old: &Value, new: &mut Value, node: &Node, writer: &Writer) {
    // A caller who sends no list keeps the old one; one who sends an empty one resets it.
    let sent = object::at(new, &["metadata", "managedFields"]);
    let reset = sent
        .as_array()
        .is_some_and(|list| list.iter().all(|entry| entry == &json!({})));
    let mut managers = if reset {
        Vec::new()
    } else if sent.is_array() && !old.is_null() {
        read(new)
    } else {
        read(old)
    };
    object::metadata_mut(new).shift_remove("managedFields");
    if reset && !old.is_null() {
        return;
    }
    let mut before = old.clone();
    object::remove(&mut before, &["metadata", "managedFields"]);
    if old.is_null() {
        before = json!({});
    }
    let mut change = difference(&before, new, node);
    strip(&mut change.written);
    strip(&mut change.removed);
    if change.written.is_empty() && change.removed.is_empty() {
        write(new, &managers);
        return;
    }
    for manager in &mut managers {
        if !manager.is(writer, "Update") {
            manager.fields.subtract(&change.written);
        }
        manager.fields.subtract_trees(&change.removed);
    }
    match managers
        .iter_mut()
        .find(|manager| manager.is(writer, "Update"))
    {
        Some(own) => {
            own.fields.union(&change.written);
            own.time = object::now();
        }
        None => managers.push(Manager {
            name: writer.manager.clone(),
            operation: "Update".into(),
            api_version: writer.api_version.clone(),
            subresource: writer.subresource.into(),
            time: object::now(),
            fields: change.written,
        }),
    }
    write(new, &managers);
}
