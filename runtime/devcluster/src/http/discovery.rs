//! Which groups, versions and resources there are.

use serde_json::{Value, json};

use crate::registry::{Known, Registry, Resource};

/// The groups with their versions, in order of appearance.
fn grouped(registry: &Registry) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for resource in registry.all() {
        let (group, version) = (resource.group.as_str(), resource.version.as_str());
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, versions)) if versions.contains(&version) => {}
            Some((_, versions)) => versions.push(version),
            None => groups.push((group, vec![version])),
        }
    }
    groups
}

fn group_value(group: &str, versions: &[&str]) -> Value {
    let list: Vec<Value> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{group}/{version}"), "version": version}))
        .collect();
    json!({"name": group, "versions": list, "preferredVersion": list.first()})
}

pub(super) fn core_versions() -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
}

pub(super) fn groups(registry: &Registry) -> Value {
    let groups: Vec<Value> = grouped(registry)
        .iter()
        .filter(|(group, _)| !group.is_empty())
        .map(|(group, versions)| group_value(group, versions))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

pub(super) fn group(registry: &Registry, name: &str) -> Option<Value> {
    let groups = grouped(registry);
    let (group, versions) = groups.iter().find(|(group, _)| *group == name)?;
    let mut value = group_value(group, versions);
    crate::object::set(&mut value, &["kind"], "APIGroup".into());
    crate::object::set(&mut value, &["apiVersion"], "v1".into());
    Some(value)
}

fn of_version<'a>(
    registry: &'a Registry,
    group: &'a str,
    version: &'a str,
) -> impl Iterator<Item = &'a Resource> {
    registry
        .all()
        .iter()
        .map(AsRef::as_ref)
        .filter(move |resource: &&Resource| resource.group == group && resource.version == version)
}

/// A subresource: its name, the kind that it speaks (with the group, if that differs), its verbs.
struct Part {
    name: &'static str,
    kind: String,
    api: Option<(&'static str, &'static str)>,
    verbs: &'static [&'static str],
}

fn parts(resource: &Resource) -> Vec<Part> {
    const CHANGE: &[&str] = &["get", "patch", "update"];
    let mut parts = Vec::new();
    let mut add = |name, kind: &str, api, verbs| {
        parts.push(Part {
            name,
            kind: kind.to_owned(),
            api,
            verbs,
        });
    };
    if resource.status {
        add("status", &resource.kind, None, CHANGE);
    }
    if resource.scale.is_some() {
        add("scale", "Scale", Some(("autoscaling", "v1")), CHANGE);
    }
    match resource.known {
        Known::Pod => {
            add("exec", "PodExecOptions", None, &["create", "get"]);
            add("log", "Pod", None, &["get"]);
        }
        Known::Namespace => add("finalize", "Namespace", None, &["update"]),
        _ => {}
    }
    parts
}

pub(super) fn resources(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let mut list = Vec::new();
    for resource in of_version(registry, group, version) {
        let mut own = json!({
            "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced,
            "kind": resource.kind, "verbs": resource.verbs(),
        });
        if !resource.short_names.is_empty() {
            crate::object::set(&mut own, &["shortNames"], json!(resource.short_names));
        }
        if !resource.categories.is_empty() {
            crate::object::set(&mut own, &["categories"], json!(resource.categories));
        }
        list.push(own);
        for part in parts(resource) {
            let mut own = json!({
                "name": format!("{}/{}", resource.plural, part.name), "singularName": "",
                "namespaced": resource.namespaced, "kind": part.kind, "verbs": part.verbs,
            });
            if let Some((group, version)) = part.api {
                crate::object::set(&mut own, &["group"], group.into());
                crate::object::set(&mut own, &["version"], version.into());
            }
            list.push(own);
        }
    }
    if list.is_empty() {
        return None;
    }
    let api = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    Some(
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api, "resources": list}),
    )
}

/// Everything in one document.
pub(super) fn aggregated(registry: &Registry, core: bool) -> Value {
    let groups: Vec<Value> = grouped(registry)
        .into_iter()
        .filter(|(group, _)| group.is_empty() == core)
        .map(|(group, versions)| {
            let versions: Vec<Value> = versions
                .into_iter()
                .map(|version| {
                    let list: Vec<Value> = of_version(registry, group, version)
                        .map(aggregated_resource)
                        .collect();
                    json!({"version": version, "resources": list, "freshness": "Current"})
                })
                .collect();
            let metadata = if core {
                json!({"creationTimestamp": null})
            } else {
                json!({"name": group, "creationTimestamp": null})
            };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": groups})
}

fn aggregated_resource(resource: &Resource) -> Value {
    let kind = |api: Option<(&str, &str)>, kind: &str| {
        let (group, version) = api.unwrap_or((&resource.group, &resource.version));
        json!({"group": group, "version": version, "kind": kind})
    };
    let parts: Vec<Value> = parts(resource)
        .into_iter()
        .map(|part| json!({"subresource": part.name, "responseKind": kind(part.api, &part.kind), "verbs": part.verbs}))
        .collect();
    let mut own = json!({
        "resource": resource.plural, "responseKind": kind(None, &resource.kind),
        "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular, "verbs": resource.verbs(),
    });
    for (field, list) in [
        ("shortNames", &resource.short_names),
        ("categories", &resource.categories),
    ] {
        if !list.is_empty() {
            crate::object::set(&mut own, &[field], json!(list));
        }
    }
    if !parts.is_empty() {
        crate::object::set(&mut own, &["subresources"], parts.into());
    }
    own
}
