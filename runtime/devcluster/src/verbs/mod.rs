//! The verbs of the API on objects: what they do, without HTTP.

mod create;
mod decode;
mod delete;
mod read;
mod scale;
mod update;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use create::new_uid;
pub(crate) use delete::{DeleteOptions, Deleted, Propagation};
pub(crate) use read::{ListOptions, Page};
pub(crate) use update::{Change, Subresource};

use crate::kinds;
use crate::patch::Writer;
use crate::registry::{Known, Registry, Resource};
use crate::status::Status;
use crate::store::{Entry, Key, Store};

/// What is done about fields that the type does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Validation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

/// Who asks for what, apart from the object itself.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) resource: Arc<Resource>,
    /// Empty for objects of the cluster, and for lists over all namespaces.
    pub(crate) namespace: String,
    pub(crate) manager: String,
    pub(crate) dry_run: bool,
    pub(crate) validation: Validation,
}

impl Call {
    pub(crate) fn key(&self, name: &str) -> Key {
        let namespace = if self.resource.namespaced {
            self.namespace.as_str()
        } else {
            ""
        };
        Key::new(&self.resource.collection, namespace, name)
    }

    pub(crate) fn writer(&self, subresource: &'static str) -> Writer {
        Writer {
            manager: self.manager.clone(),
            api_version: self.resource.api_version(),
            subresource,
        }
    }
}

/// An object as the answer to a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// As it is in the store.
    Stored(Arc<Entry>),
    /// As it would be (dry run).
    Imagined(Value),
}

impl Answer {
    pub(crate) fn object(&self) -> &Value {
        match self {
            Self::Stored(entry) => &entry.object,
            Self::Imagined(object) => object,
        }
    }

    pub(crate) fn version(&self) -> u64 {
        match self {
            Self::Stored(entry) => entry.version,
            Self::Imagined(_) => 0,
        }
    }
}

/// The outcome of a write.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) answer: Answer,
    pub(crate) created: bool,
    pub(crate) warnings: Vec<String>,
}

/// The objects of a cluster and the verbs on them.
#[derive(Debug)]
pub(crate) struct Objects {
    pub(crate) store: Arc<Store>,
    registry: parking_lot::RwLock<Arc<Registry>>,
}

impl Objects {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        let objects = Self {
            store,
            registry: parking_lot::RwLock::new(Arc::new(Registry::built_in())),
        };
        objects.learn_definitions();
        objects
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.registry.read().clone()
    }

    /// The resource of a built-in kind. They are always there.
    pub(crate) fn known(&self, known: Known) -> Result<Arc<Resource>, Status> {
        self.registry()
            .known(known)
            .cloned()
            .ok_or_else(|| Status::internal("a built-in resource is missing"))
    }

    /// A call by a part of the cluster itself.
    pub(crate) fn own_call(
        &self,
        known: Known,
        namespace: &str,
        manager: &str,
    ) -> Result<Call, Status> {
        Ok(Call {
            resource: self.known(known)?,
            namespace: namespace.to_owned(),
            manager: manager.to_owned(),
            dry_run: false,
            validation: Validation::Ignore,
        })
    }

    /// Brings the registry up to date after a definition was written or removed.
    fn learn_definitions(&self) {
        let Ok(resource) = self.known(Known::CustomResourceDefinition) else {
            return;
        };
        // The lock is held while the snapshot is taken, so that an older one never wins.
        let mut registry = self.registry.write();
        let definitions = self.store.snapshot(&resource.collection);
        let list: Vec<_> = definitions.iter(None, None).collect();
        *registry = Arc::new(Registry::with_definitions(
            list.iter().map(|entry| &entry.object),
        ));
    }

    /// What follows at once from a change of this resource.
    fn after_write(&self, resource: &Resource) {
        if resource.known == Known::CustomResourceDefinition {
            self.learn_definitions();
        }
    }
}

/// The object in the version of the API that was asked for; `None` if it is stored just so.
pub(crate) fn converted(resource: &Resource, object: &Value) -> Option<Value> {
    if resource.known == Known::Event && resource.group == "events.k8s.io" {
        let mut object = object.clone();
        kinds::event_from_core(&mut object);
        return Some(object);
    }
    let wanted = resource.api_version();
    if crate::object::text(object, &["apiVersion"]) == wanted {
        return None;
    }
    let mut object = object.clone();
    crate::object::set(&mut object, &["apiVersion"], wanted.into());
    Some(object)
}
