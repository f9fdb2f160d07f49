//! The files that a run is given: Blueprints, ActionSets, and objects that only it sees.

use crate::files;
use anyhow::bail;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanister_api::document::{self, Document, Object};
use kanister_api::{API_VERSION, ActionSet, Blueprint};
use kanister_engine::ObjectKey;
use kanister_lint::Source;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What files hold.
#[derive(Default)]
pub struct Manifests {
    /// The files as they are.
    pub sources: Vec<Source>,
    /// ActionSets, in their order.
    pub action_sets: Vec<ActionSet>,
    /// Blueprints, in their order.
    pub blueprints: Vec<Blueprint>,
    /// Everything else.
    pub local: Vec<Local>,
}

/// An object that only the run sees.
pub struct Local {
    /// Where the run looks for it.
    pub key: ObjectKey,
    /// The object, as an API would answer it.
    pub object: Value,
}

impl Manifests {
    /// Reads files. Objects without a namespace are those of `namespace`.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else, with its place.
    pub fn read(paths: &[PathBuf], namespace: &str) -> anyhow::Result<Self> {
        let mut found = Self::default();
        for source in files::read(paths)? {
            for document in documents(&source)? {
                found.add(&source.name, &document, namespace)?;
            }
            found.sources.push(source);
        }
        Ok(found)
    }

    fn add(&mut self, file: &str, document: &Document, namespace: &str) -> anyhow::Result<()> {
        if document.api_version() == API_VERSION {
            let object = document
                .object()
                .map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
            match object {
                Object::ActionSet(set) => {
                    self.action_sets.push(*set);
                    return Ok(());
                }
                Object::Blueprint(blueprint) => {
                    self.blueprints.push(*blueprint);
                    return Ok(());
                }
                Object::Profile(_) => {}
            }
        }
        let Some(name) = document.name() else {
            bail!("{file}: a {} without metadata.name", document.kind());
        };
        let mut object = document.to_json();
        as_stored(&mut object, namespace);
        let own = object
            .pointer("/metadata/namespace")
            .and_then(Value::as_str)
            .unwrap_or(namespace);
        let api_version = document.api_version();
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let key = ObjectKey::namespaced(group, version, &plural(document.kind()), own, name);
        self.local.push(Local { key, object });
        Ok(())
    }
}

/// The objects of one file.
pub fn documents(source: &Source) -> anyhow::Result<Vec<Document>> {
    document::parse(&source.text).map_err(|error| anyhow::anyhow!("{}: {error}", source.name))
}

/// What an API server makes of an object when it stores it, so far as a run can see it.
fn as_stored(object: &mut Value, namespace: &str) {
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata
            .entry("namespace")
            .or_insert_with(|| namespace.into());
    }
    if fields.get("kind").and_then(Value::as_str) != Some("Secret") {
        return;
    }
    let texts = fields.remove("stringData");
    let data = fields.entry("data").or_insert_with(|| json!({}));
    for (key, text) in texts
        .as_ref()
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let text = text.as_str().unwrap_or_default();
        if let Some(data) = data.as_object_mut() {
            data.insert(key.clone(), STANDARD.encode(text).into());
        }
    }
    fields.entry("type").or_insert_with(|| "Opaque".into());
}

/// The resource of a kind, by the rule that Kubernetes' own kinds follow.
fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match kind.as_bytes() {
        [.., b'y'] => format!("{}ies", kind.strip_suffix('y').unwrap_or(&kind)),
        [.., b's' | b'x'] | [.., b'c' | b's', b'h'] => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]
mod tests {
    use super::*;

    #[test]
    fn a_local_secret_looks_as_if_it_came_from_an_api() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.yaml");
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n---\n\
                    apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: b}\n";
        std::fs::write(&file, text).unwrap();
        let found = Manifests::read(&[file], "ns").unwrap();
        assert_eq!((found.blueprints.len(), found.local.len()), (1, 1));
        let secret = &found.local[0];
        assert_eq!(
            secret.key,
            ObjectKey::namespaced("", "v1", "secrets", "ns", "s")
        );
        assert_eq!(secret.object["data"], json!({"a": "Yg=="}));
        assert!(secret.object.get("stringData").is_none());
    }

    #[test]
    fn kinds_have_the_plurals_that_kubernetes_gives_them() {
        for (kind, wanted) in [
            ("Secret", "secrets"),
            ("NetworkPolicy", "networkpolicies"),
            ("Ingress", "ingresses"),
            ("PersistentVolumeClaim", "persistentvolumeclaims"),
        ] {
            assert_eq!(plural(kind), wanted);
        }
    }
}
