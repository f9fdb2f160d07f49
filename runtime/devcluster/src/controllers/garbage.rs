//! Garbage collection: objects whose owners are gone, and the order of deletion that owners ask for.

use std::sync::Arc;

use serde_json::Value;

use crate::object::{self, at, contains, is_terminating, items, set, text};
use crate::status::Status;
use crate::store::{Entry, Key};
use crate::verbs::{Call, Change, DeleteOptions, Objects, Propagation, Subresource, Validation};

const MANAGER: &str = "kube-controller-manager";
const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// Collects until the cluster ends.
pub(super) async fn run(objects: Arc<Objects>) {
    let mut events = objects.store.follow();
    // What happened while the cluster was not running.
    for collection in objects.store.collections() {
        let snapshot = objects.store.snapshot(&collection);
        for entry in snapshot.iter(None, None) {
            look(&objects, entry);
        }
    }
    while let Some(event) = events.recv().await {
        if event.change == crate::store::Change::Deleted {
            for key in objects.store.dependents(object::uid(&event.entry.object)) {
                if let Some(entry) = objects.store.get(&key) {
                    look(&objects, &entry);
                }
            }
            for owner in items(&event.entry.object, &["metadata", "ownerReferences"]) {
                let owner = objects
                    .store
                    .by_uid(text(owner, &["uid"]))
                    .and_then(|key| objects.store.get(&key));
                if let Some(owner) = owner {
                    look(&objects, &owner);
                }
            }
        } else {
            look(&objects, &event.entry);
        }
    }
}

/// Does what an object needs now. A failure is not repeated: the next change brings it up again.
fn look(objects: &Objects, entry: &Entry) {
    let object = &entry.object;
    let result = if is_terminating(object) && contains(object, &["metadata", "finalizers"], ORPHAN)
    {
        orphan(objects, entry)
    } else if is_terminating(object) && contains(object, &["metadata", "finalizers"], FOREGROUND) {
        foreground(objects, entry)
    } else if items(object, &["metadata", "ownerReferences"]).is_empty() || is_terminating(object) {
        Ok(())
    } else {
        dependent(objects, entry)
    };
    match result {
        Err(status) if !matches!(status.reason, "NotFound" | "Conflict") => {
            tracing::warn!(%status, name = %entry.key.name, "garbage collection failed");
        }
        _ => {}
    }
}

fn call(objects: &Objects, key: &Key) -> Result<Call, Status> {
    let resource = objects
        .registry()
        .of_collection(&key.collection)
        .cloned()
        .ok_or_else(Status::no_such_path)?;
    Ok(Call {
        resource,
        namespace: key.namespace.to_string(),
        manager: MANAGER.to_owned(),
        dry_run: false,
        validation: Validation::Ignore,
    })
}

/// The dependents of this object that are where an owner reference can reach them.
fn dependents(objects: &Objects, owner: &Entry) -> Vec<Arc<Entry>> {
    objects
        .store
        .dependents(object::uid(&owner.object))
        .iter()
        .filter(|key| owner.key.namespace.is_empty() || key.namespace == owner.key.namespace)
        .filter_map(|key| objects.store.get(key))
        .collect()
}

fn orphan(objects: &Objects, owner: &Entry) -> Result<(), Status> {
    let uid = object::uid(&owner.object);
    for entry in dependents(objects, owner) {
        drop_owners(objects, &entry, |owner| text(owner, &["uid"]) == uid)?;
    }
    drop_finalizer(objects, owner, ORPHAN)
}

fn foreground(objects: &Objects, owner: &Entry) -> Result<(), Status> {
    let uid = object::uid(&owner.object);
    let mut blocked = false;
    for entry in dependents(objects, owner) {
        let blocks = items(&entry.object, &["metadata", "ownerReferences"])
            .iter()
            .any(|owner| {
                text(owner, &["uid"]) == uid && at(owner, &["blockOwnerDeletion"]) == true
            });
        blocked |= blocks;
        if !is_terminating(&entry.object) {
            dependent(objects, &entry)?;
        }
    }
    if blocked {
        Ok(())
    } else {
        drop_finalizer(objects, owner, FOREGROUND)
    }
}

/// What an owner reference points to.
#[derive(PartialEq)]
enum Owner {
    Alive,
    /// It waits until its dependents are gone.
    Waiting,
    Gone,
}

fn owner(objects: &Objects, dependent: &Entry, reference: &Value) -> Owner {
    let registry = objects.registry();
    let (version, kind) = (text(reference, &["apiVersion"]), text(reference, &["kind"]));
    let Some(resource) = registry.of_kind(version, kind) else {
        // A kind that is not known may be known later.
        return Owner::Alive;
    };
    if resource.namespaced && dependent.key.namespace.is_empty() {
        // An object of the cluster cannot be owned from within a namespace; Kubernetes leaves it.
        return Owner::Alive;
    }
    let namespace = if resource.namespaced {
        dependent.key.namespace.as_ref()
    } else {
        ""
    };
    let key = Key::new(&resource.collection, namespace, text(reference, &["name"]));
    match objects.store.get(&key) {
        Some(entry) if object::uid(&entry.object) == text(reference, &["uid"]) => {
            let waiting = is_terminating(&entry.object)
                && contains(&entry.object, &["metadata", "finalizers"], FOREGROUND);
            if waiting {
                Owner::Waiting
            } else {
                Owner::Alive
            }
        }
        _ => Owner::Gone,
    }
}

fn dependent(objects: &Objects, entry: &Entry) -> Result<(), Status> {
    let references = items(&entry.object, &["metadata", "ownerReferences"]);
    let states: Vec<Owner> = references
        .iter()
        .map(|reference| owner(objects, entry, reference))
        .collect();
    if states.contains(&Owner::Alive) {
        if states.iter().all(|state| *state == Owner::Alive) {
            return Ok(());
        }
        let gone: Vec<&str> = references
            .iter()
            .zip(&states)
            .filter(|(_, state)| **state != Owner::Alive)
            .map(|(reference, _)| text(reference, &["uid"]))
            .collect();
        return drop_owners(objects, entry, |owner| {
            gone.contains(&text(owner, &["uid"]))
        });
    }
    let own = objects.store.dependents(object::uid(&entry.object));
    let foreground = states.contains(&Owner::Waiting) && !own.is_empty();
    let options = DeleteOptions {
        uid: Some(object::uid(&entry.object).to_owned()),
        propagation: Some(if foreground {
            Propagation::Foreground
        } else {
            Propagation::Background
        }),
        ..DeleteOptions::default()
    };
    objects
        .delete(&call(objects, &entry.key)?, &entry.key.name, &options)
        .map(|_| ())
}

fn drop_owners(
    objects: &Objects,
    entry: &Entry,
    gone: impl Fn(&Value) -> bool,
) -> Result<(), Status> {
    change_list(objects, entry, "ownerReferences", |owner| !gone(owner))
}

fn drop_finalizer(objects: &Objects, entry: &Entry, finalizer: &str) -> Result<(), Status> {
    change_list(objects, entry, "finalizers", |item| item != finalizer)
}

fn change_list(
    objects: &Objects,
    entry: &Entry,
    field: &str,
    keep: impl Fn(&Value) -> bool,
) -> Result<(), Status> {
    let call = call(objects, &entry.key)?;
    let uid = object::uid(&entry.object);
    objects
        .modify(
            &call,
            &entry.key.name,
            Change::of(Subresource::Whole),
            Vec::new(),
            |object| {
                if object::uid(object) != uid {
                    return Err(Status::not_found(&call.resource, &entry.key.name));
                }
                let mut object = object.clone();
                let list: Vec<Value> = items(&object, &["metadata", field])
                    .iter()
                    .filter(|item| keep(item))
                    .cloned()
                    .collect();
                if list.is_empty() {
                    object::remove(&mut object, &["metadata", field]);
                } else {
                    set(&mut object, &["metadata", field], list.into());
                }
                Ok(object)
            },
        )
        .map(|_| ())
}
