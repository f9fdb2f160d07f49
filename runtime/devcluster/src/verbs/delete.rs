//! Delete.

use std::sync::Arc;

use serde_json::Value;

use super::create::refuse_service;
use super::{Answer, Call, ListOptions, Objects};
use crate::object::{self, at, integer, is_terminating, items, set, text};
use crate::registry::{Generation, Known};
use crate::status::Status;
use crate::store::{Entry, Expect, StoreError};

/// What happens to the objects that are owned by the deleted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// They are deleted afterwards.
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}

/// How an object is deleted.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteOptions {
    pub(crate) grace: Option<i64>,
    pub(crate) propagation: Option<Propagation>,
    pub(crate) uid: Option<String>,
    pub(crate) version: Option<String>,
}

/// The outcome of a deletion.
#[derive(Debug)]
pub(crate) enum Deleted {
    /// It is gone.
    Gone(Answer),
    /// It waits for finalizers or for its grace period.
    Pending(Answer),
}

/// The finalizers that carry out a propagation.
const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

impl Objects {
    /// Deletes an object, or begins to.
    pub(crate) fn delete(
        &self,
        call: &Call,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<Deleted, Status> {
        refuse_service(call)?;
        loop {
            let current = self.get(call, name)?;
            check(call, name, options, &current)?;
            let mut object = current.object.clone();
            propagate(call, options.propagation, &mut object);
            let pod = call.resource.known == Known::Pod;
            let grace = if pod {
                grace(&object, options.grace)
            } else {
                0
            };
            let namespace = call.resource.known == Known::Namespace
                && !items(&object, &["spec", "finalizers"]).is_empty();
            let waits = grace > 0 || namespace || object::finalizers(&object).next().is_some();
            if waits {
                mark(call, &mut object, grace, namespace);
            }
            if call.dry_run {
                let answer = Answer::Imagined(object);
                return Ok(if waits {
                    Deleted::Pending(answer)
                } else {
                    Deleted::Gone(answer)
                });
            }
            let result = if !waits {
                self.store
                    .remove(&current.key, current.version, object)
                    .map(|entry| Deleted::Gone(Answer::Stored(entry)))
            } else if object == current.object {
                return Ok(Deleted::Pending(Answer::Stored(current)));
            } else {
                self.store
                    .put(&current.key, Expect::Version(current.version), object)
                    .map(|entry| Deleted::Pending(Answer::Stored(entry)))
            };
            match result {
                Ok(deleted) => {
                    self.after_write(&call.resource);
                    return Ok(deleted);
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Deletes everything that a list finds, and returns it.
    pub(crate) fn delete_all(
        &self,
        call: &Call,
        list: &ListOptions,
        options: &DeleteOptions,
    ) -> Result<Vec<Arc<Entry>>, Status> {
        let page = self.list(call, list)?;
        for entry in &page.entries {
            let call = Call {
                namespace: entry.key.namespace.to_string(),
                ..call.clone()
            };
            match self.delete(&call, &entry.key.name, options) {
                Err(status) if status.reason == "NotFound" => {}
                Err(status) => return Err(status),
                Ok(_) => {}
            }
        }
        Ok(page.entries)
    }
}

fn check(call: &Call, name: &str, options: &DeleteOptions, current: &Entry) -> Result<(), Status> {
    let refuse = |what: &str, wanted: &str, found: &str| {
        let detail = format!(
            "Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}"
        );
        Err(Status::conflict(&call.resource, name, &detail))
    };
    let found = object::uid(&current.object);
    if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != found) {
        return refuse("UID", uid, found);
    }
    let found = current.version.to_string();
    if let Some(version) = options
        .version
        .as_deref()
        .filter(|version| *version != found)
    {
        return refuse("ResourceVersion", version, &found);
    }
    if call.resource.known == Known::Namespace
        && matches!(name, "default" | "kube-system" | "kube-public")
    {
        return Err(Status::forbidden(
            &call.resource,
            name,
            "this namespace may not be deleted",
        ));
    }
    Ok(())
}

/// Puts the finalizers of the propagation on the object.
fn propagate(call: &Call, asked: Option<Propagation>, object: &mut Value) {
    let own: Vec<&str> = object::finalizers(object).collect();
    let chosen = asked.unwrap_or_else(|| {
        if own.contains(&FOREGROUND) {
            Propagation::Foreground
        } else if own.contains(&ORPHAN) || call.resource.known == Known::Job {
            // A Job keeps its pods unless the caller says otherwise, as in batch/v1 of Kubernetes.
            Propagation::Orphan
        } else {
            Propagation::Background
        }
    });
    let mut list: Vec<Value> = own
        .into_iter()
        .filter(|finalizer| !matches!(*finalizer, FOREGROUND | ORPHAN))
        .map(Value::from)
        .collect();
    match chosen {
        Propagation::Background => {}
        Propagation::Foreground => list.push(FOREGROUND.into()),
        Propagation::Orphan => list.push(ORPHAN.into()),
    }
    if list.is_empty() {
        object::remove(object, &["metadata", "finalizers"]);
    } else {
        set(object, &["metadata", "finalizers"], list.into());
    }
}

/// The seconds that a pod's processes have to end.
fn grace(pod: &Value, asked: Option<i64>) -> i64 {
    let ended = matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed");
    if text(pod, &["spec", "nodeName"]).is_empty() || ended {
        return 0;
    }
    let wanted = asked
        .or_else(|| integer(pod, &["spec", "terminationGracePeriodSeconds"]))
        .unwrap_or(30)
        .max(0);
    // A running grace period can only become shorter.
    match integer(pod, &["metadata", "deletionGracePeriodSeconds"]) {
        Some(running) if is_terminating(pod) => running.min(asked.unwrap_or(running).max(0)),
        _ => wanted,
    }
}

fn mark(call: &Call, object: &mut Value, grace: i64, namespace: bool) {
    let first = !is_terminating(object);
    let shorter =
        integer(object, &["metadata", "deletionGracePeriodSeconds"]).is_some_and(|old| grace < old);
    if first || shorter {
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(grace);
        let end = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        set(object, &["metadata", "deletionTimestamp"], end.into());
    }
    if (first || shorter) && !namespace {
        set(
            object,
            &["metadata", "deletionGracePeriodSeconds"],
            grace.into(),
        );
    }
    if first && call.resource.generation != Generation::Never {
        let next = at(object, &["metadata", "generation"])
            .as_i64()
            .unwrap_or_default()
            + 1;
        set(object, &["metadata", "generation"], next.into());
    }
    if namespace {
        set(object, &["status", "phase"], "Terminating".into());
    }
}
