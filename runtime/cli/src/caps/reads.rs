//! What the engine itself reads for an action, so that templates can refer to it.

use kanister_api::{BlueprintAction, ObjectReference};
use kanister_template::{Dialect, Target, references};
use serde_json::Value;
use std::collections::BTreeSet;

/// Something that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The API group.
    pub group: &'static str,
    /// The resource.
    pub resource: &'static str,
    /// `get` or `list`.
    pub verb: &'static str,
    /// One object, or all.
    pub name: Option<String>,
    /// A namespace; none: that of the application.
    pub namespace: Option<String>,
}

impl Read {
    fn new(group: &'static str, resource: &'static str, verb: &'static str) -> Self {
        Self {
            group,
            resource,
            verb,
            name: None,
            namespace: None,
        }
    }
}

/// What is read for an action, and what is not known of it.
pub fn of(name: &str, action: &BlueprintAction) -> (Vec<Read>, Vec<String>) {
    let mut reads = Vec::new();
    let mut unknown = Vec::new();
    let fields = fields(action);
    let uses = |field: &str| fields.contains(field);
    for (branch, group, resource) in [
        ("Deployment", "apps", "deployments"),
        ("StatefulSet", "apps", "statefulsets"),
        ("DeploymentConfig", "apps.openshift.io", "deploymentconfigs"),
    ] {
        if uses(branch) || action.kind.eq_ignore_ascii_case(branch) {
            reads.push(Read::new(group, resource, "get"));
            reads.push(Read::new("", "pods", "list"));
            match branch {
                "Deployment" => reads.push(Read::new("apps", "replicasets", "list")),
                "DeploymentConfig" => reads.push(Read::new("", "replicationcontrollers", "list")),
                _ => {}
            }
        }
    }
    if uses("PVC") || action.kind.eq_ignore_ascii_case("pvc") {
        reads.push(Read::new("", "persistentvolumeclaims", "get"));
    }
    if reads.is_empty() {
        unknown.push(format!(
            "{name}: it reads the object that it is for, of whatever kind the ActionSet says"
        ));
    }
    for (field, group, resource, of) in [
        (
            "Secrets",
            "",
            "secrets",
            "the Secrets that the ActionSet names",
        ),
        (
            "ConfigMaps",
            "",
            "configmaps",
            "the ConfigMaps that the ActionSet names",
        ),
        (
            "Profile",
            kanister_api::GROUP,
            "profiles",
            "the Profile that the ActionSet names, and its Secret",
        ),
    ] {
        if uses(field) {
            reads.push(Read::new(group, resource, "get"));
            if field == "Profile" {
                reads.push(Read::new("", "secrets", "get"));
            }
            unknown.push(format!(
                "{name}: it reads {of}; that they are in the application's namespace is assumed"
            ));
        }
    }
    for phase in action.phases.iter().chain(&action.defer_phase) {
        for reference in phase.objects.values() {
            reads.extend(object(reference));
        }
    }
    (reads, unknown)
}

/// A Secret or ConfigMap of a phase.
fn object(reference: &ObjectReference) -> Option<Read> {
    let resource = match reference.kind.to_ascii_lowercase().as_str() {
        "secret" => "secrets",
        "configmap" => "configmaps",
        _ => return None,
    };
    let known = |text: &str| (!text.is_empty() && !text.contains("{{")).then(|| text.to_owned());
    Some(Read {
        name: known(&reference.name),
        namespace: known(&reference.namespace),
        ..Read::new("", resource, "get")
    })
}

/// The first names of all fields that an action's templates take.
fn fields(action: &BlueprintAction) -> BTreeSet<String> {
    let mut texts = Vec::new();
    for phase in action.phases.iter().chain(&action.defer_phase) {
        phase
            .args
            .values()
            .for_each(|value| strings(value, &mut texts));
        for reference in phase.objects.values() {
            texts.extend([reference.name.as_str(), &reference.namespace]);
        }
    }
    for artifact in action.output_artifacts.values() {
        texts.extend(artifact.key_value.values().map(String::as_str));
    }
    let mut fields = BTreeSet::new();
    for text in texts {
        for reference in references(text, Dialect::GoArguments).unwrap_or_default() {
            if let Target::Field(path) = reference.target {
                fields.extend(path.into_iter().next());
            }
        }
    }
    fields
}

fn strings<'v>(value: &'v Value, all: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
