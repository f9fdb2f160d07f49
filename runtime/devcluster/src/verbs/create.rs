//! Create.

use rand::RngExt as _;
use serde_json::Value;

use super::decode::decode;
use super::{Answer, Call, Objects, Written};
use crate::kinds;
use crate::object::{self, at, metadata_mut, set, text};
use crate::patch::record_update;
use crate::registry::{Generation, Known};
use crate::status::{Cause, Status};
use crate::store::{Expect, Key, StoreError};

/// How often a name is made up anew when it is taken.
const ATTEMPTS: usize = 8;

impl Objects {
    /// Creates an object from what a client sent.
    pub(crate) fn create(&self, call: &Call, mut object: Value) -> Result<Written, Status> {
        refuse_service(call)?;
        let warnings = decode(call, &mut object)?;
        let name = text(&object, &["metadata", "name"]).to_owned();
        let prefix = text(&object, &["metadata", "generateName"]).to_owned();
        for attempt in 1.. {
            let mut object = object.clone();
            if name.is_empty() && !prefix.is_empty() {
                let made = format!("{}{}", cut(&prefix), suffix());
                metadata_mut(&mut object).insert("name".into(), made.into());
            }
            self.prepare_new(call, &mut object)?;
            match self.insert(call, object, "") {
                Err(status)
                    if status.reason == "AlreadyExists"
                        && name.is_empty()
                        && attempt < ATTEMPTS => {}
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
        Err(Status::internal("no free name was found"))
    }

    /// Sets what the server decides about a new object, and checks it.
    pub(super) fn prepare_new(&self, call: &Call, object: &mut Value) -> Result<(), Status> {
        let resource = &call.resource;
        let metadata = metadata_mut(object);
        if metadata
            .get("resourceVersion")
            .is_some_and(|version| version != "")
        {
            return Err(Status::bad_request(
                "resourceVersion should not be set on objects to be created",
            ));
        }
        for field in [
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "resourceVersion",
        ] {
            metadata.shift_remove(field);
        }
        check_namespace(call, object)?;
        let metadata = metadata_mut(object);
        if resource.namespaced {
            metadata.insert("namespace".into(), call.namespace.as_str().into());
        } else {
            metadata.shift_remove("namespace");
        }
        metadata.insert("uid".into(), new_uid().into());
        metadata.insert("creationTimestamp".into(), object::now());
        if resource.generation != Generation::Never {
            metadata.insert("generation".into(), 1.into());
        }
        if resource.namespaced {
            self.check_namespace_is_open(call, object)?;
        }
        kinds::prepare_create(resource, object);
        kinds::defaults(resource, object);
        let causes = kinds::validate(resource, &Value::Null, object);
        if !causes.is_empty() {
            return Err(Status::invalid(resource, object::name(object), &causes));
        }
        Ok(())
    }

    /// Stores a prepared object; records its writer unless the fields are managed already.
    pub(super) fn insert(
        &self,
        call: &Call,
        mut object: Value,
        subresource: &'static str,
    ) -> Result<Answer, Status> {
        if at(&object, &["metadata", "managedFields"]).is_null() {
            let status = if call.resource.status {
                object::remove(&mut object, &["status"])
            } else {
                None
            };
            record_update(
                &Value::Null,
                &mut object,
                &call.resource.schema,
                &call.writer(subresource),
            );
            if let Some(status) = status {
                set(&mut object, &["status"], status);
            }
        }
        let name = object::name(&object).to_owned();
        let key = call.key(&name);
        if call.dry_run {
            return match self.store.get(&key) {
                Some(_) => Err(Status::already_exists(&call.resource, &name)),
                None => Ok(Answer::Imagined(object)),
            };
        }
        match self.store.put(&key, Expect::Absent, object) {
            Ok(entry) => {
                self.after_write(&call.resource);
                Ok(Answer::Stored(entry))
            }
            Err(StoreError::Conflict { .. }) => Err(Status::already_exists(&call.resource, &name)),
            Err(error) => Err(error.into()),
        }
    }

    fn check_namespace_is_open(&self, call: &Call, object: &Value) -> Result<(), Status> {
        let namespaces = self.known(Known::Namespace)?;
        let key = Key::new(&namespaces.collection, "", &call.namespace);
        let Some(entry) = self.store.get(&key) else {
            return Err(Status::not_found(&namespaces, &call.namespace));
        };
        // Events about what is being deleted must still be possible.
        if object::is_terminating(&entry.object) && call.resource.known != Known::Event {
            let detail = format!(
                "unable to create new content in namespace {} because it is being terminated",
                call.namespace
            );
            let mut status = Status::forbidden(&call.resource, object::name(object), &detail);
            set(
                &mut status.details,
                &["causes"],
                serde_json::json!([{"reason": "NamespaceTerminating", "field": "metadata.namespace",
                    "message": format!("namespace {} is being terminated", call.namespace)}]),
            );
            return Err(status);
        }
        Ok(())
    }
}

/// The namespace in the object must be that of the path.
pub(super) fn check_namespace(call: &Call, object: &Value) -> Result<(), Status> {
    let found = object::namespace(object);
    if found.is_empty() || (call.resource.namespaced && found == call.namespace) {
        return Ok(());
    }
    if !call.resource.namespaced {
        let cause = Cause::forbidden("metadata.namespace", "not allowed on this type");
        return Err(Status::invalid(
            &call.resource,
            object::name(object),
            &[cause],
        ));
    }
    Err(Status::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request",
    ))
}

pub(super) fn refuse_service(call: &Call) -> Result<(), Status> {
    if call.resource.known == Known::Service {
        return Err(Status::not_allowed(
            "the embedded cluster has no Services and no DNS: pods share the machine's network, so reach a pod at 127.0.0.1 and its port, or use a real cluster",
        ));
    }
    Ok(())
}

/// Names are at most 63 characters long when they are made up, as in Kubernetes.
fn cut(prefix: &str) -> &str {
    prefix.get(..58).unwrap_or(prefix)
}

/// Five letters and digits, without vowels and what looks like them.
fn suffix() -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut random = rand::rng();
    (0..5)
        .filter_map(|_| LETTERS.get(random.random_range(0..LETTERS.len())))
        .map(|letter| char::from(*letter))
        .collect()
}

/// A random uid (RFC 9562, version 4).
pub(crate) fn new_uid() -> String {
    let bits: u128 = rand::rng().random();
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{bits:032x}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}
