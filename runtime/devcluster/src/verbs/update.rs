//! Update and patch, of an object and of its subresources.

use serde_json::Value;

use super::create::{check_namespace, refuse_service};
use super::decode::decode;
use super::{Answer, Call, Objects, Validation, Written};
use crate::kinds;
use crate::object::{self, at, finalizers, is_terminating, map_mut, metadata_mut, set, text};
use crate::patch::{Applied, Patch, apply, patched, record_update};
use crate::registry::{Generation, Known, Resource};
use crate::status::{Cause, Status};
use crate::store::{Entry, Expect, StoreError};

/// Which part of an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subresource {
    /// All but the status, if that is a subresource.
    Whole,
    /// The status and nothing else.
    Status,
    /// Written by the scale subresource.
    Scale,
    /// The finalizers in a namespace's spec.
    Finalize,
}

impl Subresource {
    fn name(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Status => "status",
            Self::Scale => "scale",
            Self::Finalize => "finalize",
        }
    }
}

/// How an object is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) part: Subresource,
    /// Server-side apply has recorded the fields already.
    pub(crate) applied: bool,
}

impl Change {
    /// An ordinary change of this part.
    pub(crate) fn of(part: Subresource) -> Self {
        Self {
            part,
            applied: false,
        }
    }
}

/// How often a patch without a version is tried again when the object changes meanwhile.
const ATTEMPTS: usize = 100;

/// The message for a version that is not the present one.
const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

impl Objects {
    /// Replaces an object.
    pub(crate) fn update(
        &self,
        call: &Call,
        name: &str,
        part: Subresource,
        body: &Value,
    ) -> Result<Written, Status> {
        let mut body = body.clone();
        let warnings = decode(call, &mut body)?;
        let sent = object::name(&body);
        if sent != name && !sent.is_empty() {
            return Err(Status::bad_request(format!(
                "the name of the object ({sent}) does not match the name on the URL ({name})"
            )));
        }
        metadata_mut(&mut body).insert("name".into(), name.into());
        check_namespace(call, &body)?;
        let unpinned = text(&body, &["metadata", "resourceVersion"]).is_empty();
        if call.resource.known == Known::Custom && unpinned {
            let cause = Cause::invalid(
                "metadata.resourceVersion",
                &0.into(),
                "must be specified for an update",
            );
            self.get(call, name)?;
            return Err(Status::invalid(&call.resource, name, &[cause]));
        }
        let kind = Change::of(part);
        self.modify(call, name, kind, warnings, |_| Ok(body.clone()))
    }

    /// Patches an object; an apply creates it if it is missing.
    pub(crate) fn patch(
        &self,
        call: &Call,
        name: &str,
        part: Subresource,
        patch: &Patch,
        force: bool,
    ) -> Result<Written, Status> {
        refuse_service(call)?;
        let schema = &call.resource.schema;
        let Patch::Apply(body) = patch else {
            if call.resource.known == Known::Custom && matches!(patch, Patch::Strategic(_)) {
                return Err(Status::unsupported_media(
                    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
                ));
            }
            let kind = Change::of(part);
            return self.modify(call, name, kind, Vec::new(), |current| {
                let mut object = patched(current, patch, schema)?;
                decode(call, &mut object).map_err(|status| Status::invalid_patch(&status))?;
                Ok(object)
            });
        };
        let mut body = body.clone();
        for field in ["apiVersion", "kind"] {
            if text(&body, &[field]).is_empty() {
                return Err(Status::bad_request(format!(
                    "an applied object needs {field}"
                )));
            }
        }
        if !at(&body, &["metadata", "managedFields"]).is_null() {
            return Err(Status::bad_request("metadata.managedFields must be nil"));
        }
        let warnings = decode(call, &mut body)?;
        let sent = object::name(&body);
        if !sent.is_empty() && sent != name {
            return Err(Status::bad_request(format!(
                "the name of the object ({sent}) does not match the name on the URL ({name})"
            )));
        }
        check_namespace(call, &body)?;
        let writer = call.writer(part.name());
        let applied = |live: &Value| {
            let applied = Applied {
                body: &body,
                writer: &writer,
                force,
            };
            apply(live, &applied, schema)
        };
        loop {
            if self.store.get(&call.key(name)).is_some() {
                let change = Change {
                    part,
                    applied: true,
                };
                return self.modify(call, name, change, warnings, applied);
            }
            let uid = text(&body, &["metadata", "uid"]);
            if !uid.is_empty() {
                let detail = format!(
                    "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                );
                return Err(Status::conflict(&call.resource, name, &detail));
            }
            if part != Subresource::Whole {
                return Err(Status::not_found(&call.resource, name));
            }
            let mut object = applied(&Value::Null)?;
            let (api_version, kind) = (
                at(&body, &["apiVersion"]).clone(),
                at(&body, &["kind"]).clone(),
            );
            map_mut(&mut object).insert("apiVersion".into(), api_version);
            map_mut(&mut object).insert("kind".into(), kind);
            metadata_mut(&mut object).insert("name".into(), name.into());
            metadata_mut(&mut object).shift_remove("resourceVersion");
            self.prepare_new(call, &mut object)?;
            match self.insert(call, object, "") {
                Err(status) if status.reason == "AlreadyExists" => {}
                Err(status) => return Err(status),
                Ok(answer) => {
                    return Ok(Written {
                        answer,
                        created: true,
                        warnings,
                    });
                }
            }
        }
    }

    /// Reads, changes and writes until nobody came in between.
    pub(crate) fn modify(
        &self,
        call: &Call,
        name: &str,
        kind: Change,
        warnings: Vec<String>,
        change: impl Fn(&Value) -> Result<Value, Status>,
    ) -> Result<Written, Status> {
        refuse_service(call)?;
        for _ in 0..ATTEMPTS {
            let current = self.get(call, name)?;
            // Custom resources of another version, and the other view of events, are seen as such.
            let seen = super::converted(&call.resource, &current.object);
            let seen = seen.as_ref().unwrap_or(&current.object);
            let mut object = change(seen)?;
            if call.resource.known == Known::Event && text(&object, &["apiVersion"]) != "v1" {
                kinds::event_to_core(&mut object);
            }
            let pinned = check_preconditions(call, name, &current, &object)?;
            self.settle_object(call, kind, &current, &mut object)?;
            let written = |answer| Written {
                answer,
                created: false,
                warnings: warnings.clone(),
            };
            if unchanged(&current.object, &object) {
                return Ok(written(Answer::Stored(current)));
            }
            let finished = is_terminating(&object)
                && finalizers(&object).next().is_none()
                && at(&object, &["metadata", "deletionGracePeriodSeconds"])
                    .as_i64()
                    .unwrap_or_default()
                    == 0
                && (call.resource.known != Known::Namespace
                    || object::items(&object, &["spec", "finalizers"]).is_empty());
            if call.dry_run {
                return Ok(written(Answer::Imagined(object)));
            }
            let result = if finished {
                self.store.remove(&current.key, current.version, object)
            } else {
                self.store
                    .put(&current.key, Expect::Version(current.version), object)
            };
            match result {
                Ok(entry) => {
                    self.after_write(&call.resource);
                    return Ok(written(Answer::Stored(entry)));
                }
                Err(StoreError::Conflict { .. }) if !pinned => {}
                Err(StoreError::Conflict { .. }) => {
                    return Err(Status::conflict(&call.resource, name, MODIFIED));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Status::conflict(&call.resource, name, MODIFIED))
    }

    /// Takes from the proposed object only what this caller may change, and completes it.
    fn settle_object(
        &self,
        call: &Call,
        kind: Change,
        current: &Entry,
        object: &mut Value,
    ) -> Result<(), Status> {
        let Change { part, applied } = kind;
        let resource = &call.resource;
        let old = &current.object;
        if part == Subresource::Status && !resource.status {
            return Err(Status::no_such_path());
        }
        confine(resource, part, old, object);
        if resource.known != Known::Custom {
            let findings = crate::schema::prune(
                object,
                storage_schema(resource),
                crate::schema::Mode::BuiltIn,
            );
            if let (Some(wrong), Validation::Strict | Validation::Warn) =
                (findings.wrong.first(), call.validation)
            {
                return Err(Status::bad_request(format!(
                    "the changed object cannot be decoded: {wrong}"
                )));
            }
        }
        kinds::defaults(resource, object);
        count_generation(resource, old, object);
        let causes: Vec<Cause> = kinds::validate(resource, old, object);
        if !causes.is_empty() {
            return Err(Status::invalid(resource, object::name(object), &causes));
        }
        if !applied {
            record_update(
                old,
                object,
                storage_schema(resource),
                &call.writer(part.name()),
            );
        }
        Ok(())
    }
}

/// The type in which objects of this resource are stored.
fn storage_schema(resource: &Resource) -> &crate::schema::Node {
    if resource.known == Known::Event {
        return crate::schema::builtin("v1/Event").unwrap_or(&resource.schema);
    }
    &resource.schema
}

/// The caller's version and uid, if given, must be the present ones. Whether a version was given.
fn check_preconditions(
    call: &Call,
    name: &str,
    current: &Entry,
    object: &Value,
) -> Result<bool, Status> {
    let uid = object::uid(object);
    if !uid.is_empty() && uid != object::uid(&current.object) {
        let detail = format!(
            "StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            name,
            object::uid(&current.object)
        );
        return Err(Status::conflict(&call.resource, name, &detail));
    }
    let version = text(object, &["metadata", "resourceVersion"]);
    // A change that was made from the current object carries its version without meaning it.
    if version.is_empty() || version == current.version.to_string() {
        return Ok(false);
    }
    match version.parse::<u64>() {
        Ok(_) => Err(Status::conflict(&call.resource, name, MODIFIED)),
        Err(_) => {
            let cause = Cause::invalid(
                "metadata.resourceVersion",
                &version.into(),
                "must be specified for an update",
            );
            Err(Status::invalid(&call.resource, name, &[cause]))
        }
    }
}

/// Restores what this subresource may not change.
fn confine(resource: &Resource, part: Subresource, old: &Value, object: &mut Value) {
    let keep = |object: &mut Value, path: &[&str]| match at(old, path) {
        Value::Null => {
            object::remove(object, path);
        }
        value => set(object, path, value.clone()),
    };
    match part {
        Subresource::Whole | Subresource::Scale => {
            if resource.status {
                keep(object, &["status"]);
            }
            if resource.known == Known::Namespace {
                keep(object, &["spec", "finalizers"]);
            }
        }
        Subresource::Status => {
            let mut whole = old.clone();
            set(&mut whole, &["status"], at(object, &["status"]).clone());
            if resource.known != Known::Custom {
                // Clients of the built-in kinds may change labels and annotations on the way.
                for field in ["labels", "annotations"] {
                    match at(object, &["metadata", field]) {
                        Value::Null => object::remove(&mut whole, &["metadata", field]),
                        value => {
                            set(&mut whole, &["metadata", field], value.clone());
                            None
                        }
                    };
                }
            }
            set(
                &mut whole,
                &["metadata", "managedFields"],
                at(object, &["metadata", "managedFields"]).clone(),
            );
            *object = whole;
        }
        Subresource::Finalize => {
            let mut whole = old.clone();
            set(
                &mut whole,
                &["spec", "finalizers"],
                at(object, &["spec", "finalizers"]).clone(),
            );
            *object = whole;
        }
    }
    const FIXED: [&str; 8] = [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "resourceVersion",
    ];
    for field in FIXED {
        keep(object, &["metadata", field]);
    }
    if text(object, &["metadata", "generateName"]).is_empty() {
        keep(object, &["metadata", "generateName"]);
    }
}

fn count_generation(resource: &Resource, old: &Value, object: &mut Value) {
    let content = |object: &Value| {
        let mut object = object.clone();
        let map = map_mut(&mut object);
        for field in ["metadata", "apiVersion", "kind"] {
            map.shift_remove(field);
        }
        if resource.generation == Generation::Spec {
            map.shift_remove("status");
        }
        object
    };
    if resource.generation != Generation::Never && content(old) != content(object) {
        let next = at(old, &["metadata", "generation"])
            .as_i64()
            .unwrap_or_default()
            + 1;
        set(object, &["metadata", "generation"], next.into());
    }
}

/// Whether nothing but times of managers differs.
fn unchanged(old: &Value, new: &Value) -> bool {
    let plain = |object: &Value| {
        let mut object = object.clone();
        let managers = metadata_mut(&mut object).get_mut("managedFields");
        for entry in managers.and_then(Value::as_array_mut).into_iter().flatten() {
            map_mut(entry).shift_remove("time");
        }
        object
    };
    // A null and an absent version mean the same here.
    let mut new = plain(new);
    metadata_mut(&mut new).insert(
        "resourceVersion".into(),
        at(old, &["metadata", "resourceVersion"]).clone(),
    );
    plain(old) == new
}
