//! `operation: create`.

use crate::reference::Reference;
use kanister_api::document;
use kanister_sdk::kube::WriteOptions;
use kanister_sdk::prelude::*;
use kanister_sdk::types::Scope;

/// Recorded as the owner of the fields; other tools of the cluster know this name.
const FIELD_MANAGER: &str = "kanister-create";

/// An object to create.
#[derive(Debug, PartialEq)]
pub struct Created {
    object: Value,
    api_version: String,
    kind: String,
    /// If it is not an object of the cluster; only the API server knows.
    namespace: String,
}

/// The objects of a text, lists taken apart. Each is created in the namespace that it names,
/// else in `namespace`.
pub fn read(spec: &str, namespace: &str) -> Result<Vec<Created>, Invalid> {
    let documents =
        document::parse(spec).map_err(|error| Invalid::new("spec", error.to_string()))?;
    if documents.is_empty() {
        return Err(Invalid::new(
            "spec",
            "spec cannot be empty for create operation",
        ));
    }
    let created = |document: document::Document| {
        let object = document.to_json();
        let own = object
            .pointer("/metadata/namespace")
            .and_then(Value::as_str);
        Created {
            api_version: document.api_version().to_owned(),
            kind: document.kind().to_owned(),
            namespace: own
                .filter(|own| !own.is_empty())
                .unwrap_or(namespace)
                .to_owned(),
            object,
        }
    };
    Ok(documents.into_iter().map(created).collect())
}

pub fn accesses(objects: &[Created]) -> Vec<Access> {
    objects.iter().flat_map(Created::accesses).collect()
}

/// Creates the objects in their order; answers with the last.
pub fn run(cx: &Context, objects: &[Created]) -> Result<Reference> {
    let mut last = Reference::default();
    for created in objects {
        last = created.run(cx)?;
    }
    Ok(last)
}

impl Created {
    fn accesses(&self) -> Vec<Access> {
        let group = self
            .api_version
            .split_once('/')
            .map_or("", |(group, _)| group);
        let name = self
            .object
            .pointer("/metadata/name")
            .and_then(Value::as_str);
        // A kind is of one scope only, so the other access is to nothing that exists.
        [access::namespace(&self.namespace), Scope::Cluster]
            .into_iter()
            .flat_map(|scope| access::kind(group, &self.kind).verbs(&["create"], scope, name))
            .collect()
    }

    fn run(&self, cx: &Context) -> Result<Reference> {
        let kube = cx.kube();
        let resolved = kube.resolve(&self.api_version, &self.kind)?;
        let namespace = resolved.namespaced.then_some(self.namespace.as_str());
        let options = WriteOptions {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            dry_run: false,
        };
        let stored = kube.create(&resolved.api, namespace, &self.object, &options)?;
        let name = stored.pointer("/metadata/name").and_then(Value::as_str);
        Ok(Reference {
            api_version: resolved.api.version,
            group: resolved.api.group,
            resource: resolved.api.plural,
            kind: String::new(),
            name: name.unwrap_or_default().to_owned(),
            namespace: namespace.unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_sdk::types::{KubeAccess, ResourceName};

    const SPEC: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {on: yes}\n\
                        ---\napiVersion: apps/v1\nkind: Deployment\n\
                        metadata: {generateName: b-, namespace: own}\n";

    #[test]
    fn each_object_goes_where_it_says_and_the_others_where_the_call_says() {
        let objects = read(SPEC, "given").unwrap();
        let namespaces: Vec<_> = objects
            .iter()
            .map(|object| object.namespace.as_str())
            .collect();
        assert_eq!(namespaces, ["given", "own"]);
        // What kubectl reads: booleans of YAML 1.1, and texts as keys.
        assert_eq!(objects[0].object["data"], json!({"true": true}));
    }

    #[test]
    fn the_plan_is_exactly_the_objects() {
        let planned = accesses(&read(SPEC, "given").unwrap());
        let access = |group: &str, kind: &str, scope: Scope, name: Option<&str>| {
            Access::Kube(KubeAccess {
                verb: "create".into(),
                group: group.into(),
                resource: ResourceName::Kind(kind.into()),
                subresource: None,
                scope,
                name: name.map(Into::into),
            })
        };
        assert_eq!(
            planned,
            [
                access("", "ConfigMap", Scope::Namespace("given".into()), Some("a")),
                access("", "ConfigMap", Scope::Cluster, Some("a")),
                access("apps", "Deployment", Scope::Namespace("own".into()), None),
                access("apps", "Deployment", Scope::Cluster, None),
            ]
        );
    }

    #[test]
    fn a_text_that_is_no_object_is_refused() {
        for spec in ["a: [", "just text", "kind: ConfigMap", "---\n---\n"] {
            assert_eq!(read(spec, "given").unwrap_err().0[0].path, "spec", "{spec}");
        }
    }
}
