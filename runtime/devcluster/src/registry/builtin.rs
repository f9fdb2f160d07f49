//! The built-in resources.

use super::{Generation, Resource, ScalePaths};
use crate::schema::builtin;
use crate::store::Collection;

/// The resources whose meaning the cluster knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    Namespace,
    Pod,
    ConfigMap,
    Secret,
    ServiceAccount,
    PersistentVolumeClaim,
    PersistentVolume,
    Event,
    Node,
    Service,
    Deployment,
    ReplicaSet,
    StatefulSet,
    ControllerRevision,
    Job,
    Lease,
    StorageClass,
    CustomResourceDefinition,
    /// Defined by a CustomResourceDefinition.
    Custom,
}

struct Row {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    flags: &'static str,
    known: Known,
}

/// Flags: `n` namespaced, `s` status subresource, `c` scale subresource, `g` generation, `a` in the
/// category `all`.
const fn row(
    api: (&'static str, &'static str),
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    flags: &'static str,
    known: Known,
) -> Row {
    Row {
        group: api.0,
        version: api.1,
        kind,
        plural,
        short,
        flags,
        known,
    }
}

const CORE: (&str, &str) = ("", "v1");
const APPS: (&str, &str) = ("apps", "v1");

const ROWS: &[Row] = &[
    row(
        CORE,
        "ConfigMap",
        "configmaps",
        &["cm"],
        "n",
        Known::ConfigMap,
    ),
    row(CORE, "Event", "events", &["ev"], "n", Known::Event),
    row(
        CORE,
        "Namespace",
        "namespaces",
        &["ns"],
        "s",
        Known::Namespace,
    ),
    row(CORE, "Node", "nodes", &["no"], "s", Known::Node),
    row(
        CORE,
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        &["pvc"],
        "ns",
        Known::PersistentVolumeClaim,
    ),
    row(
        CORE,
        "PersistentVolume",
        "persistentvolumes",
        &["pv"],
        "s",
        Known::PersistentVolume,
    ),
    row(CORE, "Pod", "pods", &["po"], "nsga", Known::Pod),
    row(CORE, "Secret", "secrets", &[], "n", Known::Secret),
    row(
        CORE,
        "ServiceAccount",
        "serviceaccounts",
        &["sa"],
        "n",
        Known::ServiceAccount,
    ),
    row(CORE, "Service", "services", &["svc"], "nsa", Known::Service),
    row(
        APPS,
        "ControllerRevision",
        "controllerrevisions",
        &[],
        "n",
        Known::ControllerRevision,
    ),
    row(
        APPS,
        "Deployment",
        "deployments",
        &["deploy"],
        "nscga",
        Known::Deployment,
    ),
    row(
        APPS,
        "ReplicaSet",
        "replicasets",
        &["rs"],
        "nscga",
        Known::ReplicaSet,
    ),
    row(
        APPS,
        "StatefulSet",
        "statefulsets",
        &["sts"],
        "nscga",
        Known::StatefulSet,
    ),
    row(("batch", "v1"), "Job", "jobs", &[], "nsga", Known::Job),
    row(
        ("events.k8s.io", "v1"),
        "Event",
        "events",
        &["ev"],
        "n",
        Known::Event,
    ),
    row(
        ("coordination.k8s.io", "v1"),
        "Lease",
        "leases",
        &[],
        "n",
        Known::Lease,
    ),
    row(
        ("storage.k8s.io", "v1"),
        "StorageClass",
        "storageclasses",
        &["sc"],
        "",
        Known::StorageClass,
    ),
    row(
        ("apiextensions.k8s.io", "v1"),
        "CustomResourceDefinition",
        "customresourcedefinitions",
        &["crd", "crds"],
        "sg",
        Known::CustomResourceDefinition,
    ),
];

pub(super) fn resources() -> impl Iterator<Item = Resource> {
    ROWS.iter().map(|row| {
        let has = |flag: char| row.flags.contains(flag);
        let api_version = if row.group.is_empty() {
            row.version.to_owned()
        } else {
            format!("{}/{}", row.group, row.version)
        };
        let words = |list: &[&str]| {
            list.iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<String>>()
        };
        // Both views of events are one collection.
        let group = if row.known == Known::Event {
            ""
        } else {
            row.group
        };
        Resource {
            group: row.group.to_owned(),
            version: row.version.to_owned(),
            kind: row.kind.to_owned(),
            plural: row.plural.to_owned(),
            singular: row.kind.to_lowercase(),
            short_names: words(row.short),
            categories: if has('a') {
                words(&["all"])
            } else {
                Vec::new()
            },
            namespaced: has('n'),
            known: row.known,
            status: has('s'),
            scale: has('c').then(|| ScalePaths {
                spec: words(&["spec", "replicas"]),
                status: words(&["status", "replicas"]),
                selector: None,
            }),
            generation: if has('g') {
                Generation::Spec
            } else {
                Generation::Never
            },
            schema: builtin(&format!("{api_version}/{}", row.kind))
                .cloned()
                .unwrap_or_default(),
            columns: Vec::new(),
            selectable: Vec::new(),
            collection: Collection::new(group, row.plural),
            list_kind: format!("{}List", row.kind),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Shape;

    #[test]
    fn every_resource_has_a_type() {
        for resource in resources() {
            assert!(
                matches!(resource.schema.shape, Shape::Struct(_)),
                "{}",
                resource.kind
            );
        }
    }
}
