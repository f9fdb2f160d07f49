//! What the actions are done to.

use kanister_api::ObjectReference;

use super::reference;
use crate::cluster::{Cluster, Resource};
use crate::error::Error;

/// Kinds that have flags of their own: as it stands in an ActionSet, and its resource.
const KINDS: [(&str, (&str, &str, &str)); 5] = [
    ("deployment", ("apps", "v1", "deployments")),
    (
        "deploymentconfig",
        ("apps.openshift.io", "v1", "deploymentconfigs"),
    ),
    ("statefulset", ("apps", "v1", "statefulsets")),
    ("pvc", ("", "v1", "persistentvolumeclaims")),
    ("namespace", ("", "v1", "namespaces")),
];

/// The resource of the object; None for a foreign kind.
pub(crate) fn resource_of(object: &ObjectReference) -> Option<Resource> {
    if !object.resource.is_empty() {
        return Some(Resource::new(
            &object.group,
            &object.api_version,
            &object.resource,
        ));
    }
    resource_of_kind(&object.kind)
}

fn resource_of_kind(kind: &str) -> Option<Resource> {
    let (_, (group, version, plural)) = KINDS.iter().find(|(k, _)| *k == kind)?;
    Some(Resource::new(group, version, plural))
}

/// The flags that name objects.
pub(crate) struct Targets {
    pub(crate) deployment: Vec<String>,
    pub(crate) statefulset: Vec<String>,
    pub(crate) deploymentconfig: Vec<String>,
    pub(crate) pvc: Vec<String>,
    pub(crate) namespace: Vec<String>,
    pub(crate) objects: Vec<String>,
}

impl Targets {
    /// The objects, kind by kind in the order given. The same one twice counts once, except those of
    /// `--objects`.
    ///
    /// # Errors
    /// A text that is no reference.
    pub(crate) fn references(&self) -> Result<Vec<ObjectReference>, Error> {
        let Self {
            deployment,
            statefulset,
            deploymentconfig,
            pvc,
            namespace,
            objects,
        } = self;
        let mut found = Vec::new();
        let flags = [
            ("deployment", deployment),
            ("statefulset", statefulset),
            ("deploymentconfig", deploymentconfig),
            ("pvc", pvc),
        ];
        for (kind, texts) in flags {
            for text in texts.iter().filter(|t| !t.is_empty()) {
                let (namespace, name) = reference::split(text).ok_or_else(|| {
                    Error::Argument(format!(
                        "failed to parse {kind}: Expected namespace/name. Got {text}"
                    ))
                })?;
                add(&mut found, vec![of_kind(kind, namespace, name)]);
            }
        }
        for name in namespace.iter().filter(|n| !n.is_empty()) {
            add(&mut found, vec![of_kind("namespace", name, name)]);
        }
        for text in objects.iter().filter(|t| !t.is_empty()) {
            found.push(reference::generic(text)?);
        }
        Ok(found)
    }
}

fn of_kind(kind: &str, namespace: &str, name: &str) -> ObjectReference {
    ObjectReference {
        kind: kind.into(),
        ..reference::to(namespace, name)
    }
}

/// Adds the objects that are not there yet.
pub(crate) fn add(to: &mut Vec<ObjectReference>, more: Vec<ObjectReference>) {
    for object in more {
        if !to.contains(&object) {
            to.push(object);
        }
    }
}

/// Objects by their labels.
pub(crate) struct Selection {
    selector: String,
    kinds: Vec<&'static str>,
    namespace: String,
}

impl Selection {
    /// `kind` is `all` or one of the kinds.
    ///
    /// # Errors
    /// Another kind.
    pub(crate) fn new(selector: String, kind: &str, namespace: String) -> Result<Self, Error> {
        let known = KINDS.iter().map(|(name, _)| *name);
        let kinds: Vec<_> = match kind {
            "all" => known.filter(|name| *name != "namespace").collect(),
            one => known.filter(|name| *name == one).collect(),
        };
        if kinds.is_empty() {
            return Err(Error::Argument(format!(
                "unsupported or unknown object kind '{kind}'; use deployment, statefulset, deploymentconfig, pvc, namespace or all"
            )));
        }
        Ok(Self {
            selector,
            kinds,
            namespace,
        })
    }

    /// The objects. Kinds that the cluster does not know have none.
    ///
    /// # Errors
    /// The cluster does not say.
    pub(crate) async fn find(&self, cluster: &Cluster) -> Result<Vec<ObjectReference>, Error> {
        let mut found = Vec::new();
        for kind in &self.kinds {
            let Some(resource) = resource_of_kind(kind) else {
                continue;
            };
            let namespace = match *kind {
                "namespace" => "",
                _ => &self.namespace,
            };
            let names = cluster.select(&resource, namespace, &self.selector).await?;
            for (namespace, name) in names.into_iter().flatten() {
                found.push(of_kind(kind, &namespace, &name));
            }
        }
        Ok(found)
    }
}
