//! Which resources the API has: the built-in ones and those of CustomResourceDefinitions.

mod builtin;
mod custom;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

pub(crate) use builtin::Known;
pub(crate) use custom::{accept_names, validate as validate_definition};

use crate::schema::{Mode, Node};
use crate::store::Collection;

/// When `metadata.generation` counts up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// There is none.
    Never,
    /// When anything but metadata and status changes.
    Spec,
    /// When anything but metadata changes.
    Content,
}

/// Where the numbers of the scale subresource are, as steps from the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScalePaths {
    pub(crate) spec: Vec<String>,
    pub(crate) status: Vec<String>,
    pub(crate) selector: Option<Vec<String>>,
}

/// A column of `kubectl get` for a custom resource.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) format: String,
    pub(crate) description: String,
    pub(crate) priority: i64,
    pub(crate) path: String,
}

/// A resource in one version of its API.
#[derive(Debug)]
pub struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) namespaced: bool,
    pub(crate) known: Known,
    pub(crate) status: bool,
    pub(crate) scale: Option<ScalePaths>,
    pub(crate) generation: Generation,
    pub(crate) schema: Node,
    pub(crate) columns: Vec<Column>,
    pub(crate) selectable: Vec<String>,
    pub(crate) collection: Collection,
    pub(crate) list_kind: String,
}

impl Resource {
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `plural.group`, as messages have it.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// `Kind.group`, as messages have it.
    pub(crate) fn qualified_kind(&self) -> String {
        if self.group.is_empty() {
            self.kind.clone()
        } else {
            format!("{}.{}", self.kind, self.group)
        }
    }

    pub(crate) fn mode(&self) -> Mode {
        if self.known == Known::Custom {
            Mode::Custom
        } else {
            Mode::BuiltIn
        }
    }

    /// The verbs in discovery.
    pub(crate) fn verbs(&self) -> &'static [&'static str] {
        match self.known {
            Known::Service => &["get", "list", "watch"],
            _ => &[
                "create",
                "delete",
                "deletecollection",
                "get",
                "list",
                "patch",
                "update",
                "watch",
            ],
        }
    }
}

/// All resources at one time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    resources: Vec<Arc<Resource>>,
    by_path: HashMap<(String, String, String), Arc<Resource>>,
}

impl Registry {
    /// The built-in resources.
    pub(crate) fn built_in() -> Self {
        let mut registry = Self::default();
        for resource in builtin::resources() {
            registry.add(resource);
        }
        registry
    }

    fn add(&mut self, resource: Resource) {
        let resource = Arc::new(resource);
        let path = (
            resource.group.clone(),
            resource.version.clone(),
            resource.plural.clone(),
        );
        self.by_path.insert(path, resource.clone());
        self.resources.push(resource);
    }

    /// The same registry with the resources of these definitions and no other custom ones.
    pub(crate) fn with_definitions<'a>(definitions: impl Iterator<Item = &'a Value>) -> Self {
        let mut registry = Self::built_in();
        for definition in definitions {
            for resource in custom::resources(definition) {
                registry.add(resource);
            }
        }
        registry
    }

    pub(crate) fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Resource>> {
        self.by_path
            .get(&(group.to_owned(), version.to_owned(), plural.to_owned()))
    }

    pub(crate) fn all(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// Any version of the resource that is kept in this collection.
    pub(crate) fn of_collection(&self, collection: &Collection) -> Option<&Arc<Resource>> {
        self.resources
            .iter()
            .find(|resource| resource.collection == *collection)
    }

    /// The resource of a kind in a version, such as `apps/v1` and `Deployment`.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Arc<Resource>> {
        self.resources
            .iter()
            .find(|resource| resource.kind == kind && resource.api_version() == api_version)
    }

    /// The built-in resource that the program knows.
    pub(crate) fn known(&self, known: Known) -> Option<&Arc<Resource>> {
        self.resources
            .iter()
            .find(|resource| resource.known == known)
    }
}
