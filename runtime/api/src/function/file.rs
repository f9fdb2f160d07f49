//! Files with manifests and grants.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::FileError;
use super::grant::{ClusterFunctionGrant, FunctionGrant, GrantSpec};
use super::pattern::WordPattern;
use super::rules::{KubernetesRule, Rules};
use crate::ObjectMeta;

/// The most bytes that a manifest or a file of grants may have.
const LIMIT: usize = 1 << 20;

/// The `apiVersion` of manifests and grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiVersion {
    /// The only one.
    #[default]
    #[serde(rename = "functions.kanister.io/v1alpha1")]
    V1Alpha1,
}

/// Grants as a file holds them, before they are resources of a cluster: a stream of YAML documents,
/// each a `FunctionGrant`, a `ClusterFunctionGrant` or a `List` of them, as `kubectl get -o yaml`
/// prints it. Nothing granted means nothing allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GrantFile {
    /// Grants within namespaces.
    pub grants: Vec<FunctionGrant>,
    /// Grants for calls everywhere.
    pub cluster_grants: Vec<ClusterFunctionGrant>,
}

impl GrantFile {
    /// Reads grants. `file` is how messages call the text.
    ///
    /// # Errors
    /// [`FileError`] with line and column if the text is not a stream of grants, or with the name
    /// of the grant whose fields do not fit together.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, FileError> {
        check_size(file, text)?;
        let documents: Vec<Document> =
            serde_saphyr::from_multiple(text).map_err(|error| FileError::yaml(file, &error))?;
        let mut grants = Self::default();
        for document in documents {
            grants.add(file, document)?;
        }
        Ok(grants)
    }

    fn add(&mut self, file: &str, document: Document) -> Result<(), FileError> {
        let Document {
            api_version: _,
            kind,
            metadata,
            spec,
            items,
        } = document;
        let name = metadata.name.as_deref().unwrap_or_default();
        let object = match &metadata.namespace {
            Some(namespace) => format!("{kind:?} {namespace}/{name}"),
            None => format!("{kind:?} {name}"),
        };
        let error = |message: &str| {
            Err(FileError::Object {
                file: file.to_owned(),
                object: object.trim_end().to_owned(),
                message: message.to_owned(),
            })
        };
        if kind == GrantKind::List {
            let (Some(items), None) = (items, spec) else {
                return error("a List has items and no spec");
            };
            return items.into_iter().try_for_each(|item| self.add(file, item));
        }
        let (Some(spec), None) = (spec, items) else {
            return error("a grant has a spec and no items");
        };
        if name.is_empty() {
            return error("it has no metadata.name, by which denials and audits refer to it");
        }
        let namespaced = metadata
            .namespace
            .as_ref()
            .is_some_and(|name| !name.is_empty());
        if let Err(message) = check(&spec, namespaced) {
            return error(&message);
        }
        match (kind, namespaced) {
            (GrantKind::FunctionGrant, true) => self.grants.push(FunctionGrant { metadata, spec }),
            (GrantKind::FunctionGrant, false) => {
                return error(
                    "it has no metadata.namespace; write one, or make it a ClusterFunctionGrant",
                );
            }
            (GrantKind::ClusterFunctionGrant, false) => {
                self.cluster_grants
                    .push(ClusterFunctionGrant { metadata, spec });
            }
            (_, _) => {
                return error("it has a metadata.namespace; remove it, or make it a FunctionGrant");
            }
        }
        Ok(())
    }
}

/// Whether the rules can mean something.
pub(super) fn check_rules(rules: &Rules) -> Result<(), String> {
    let exec = WordPattern::Exact("exec".into());
    let names_exec = |rule: &KubernetesRule| rule.subresources.contains(&exec);
    if rules.kubernetes.iter().any(names_exec) {
        return Err(
            "a kubernetes rule names the subresource exec, which it cannot allow: commands in \
             containers need an exec rule, which says what is run"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether the fields of a grant fit together.
fn check(spec: &GrantSpec, namespaced: bool) -> Result<(), String> {
    check_rules(&spec.rules)?;
    if spec.functions.is_empty() {
        return Err("spec.functions names no function, so the grant is for none".to_owned());
    }
    for (slot, binding) in &spec.slots {
        let namespace = match (&binding.profile, &binding.secret) {
            (Some(profile), None) => &profile.namespace,
            (None, Some(secret)) if binding.prefix.is_whole() => &secret.namespace,
            (None, Some(_)) => {
                return Err(format!(
                    "spec.slots.{slot} is a secret, which has no prefix"
                ));
            }
            _ => {
                return Err(format!(
                    "spec.slots.{slot} needs exactly one of profile and secret"
                ));
            }
        };
        if namespace.is_none() && !namespaced {
            return Err(format!(
                "spec.slots.{slot} names no namespace, and a ClusterFunctionGrant has none of its \
                 own"
            ));
        }
    }
    Ok(())
}

/// A document of a file of grants.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    #[expect(dead_code, reason = "it is checked when it is read")]
    api_version: DocumentVersion,
    kind: GrantKind,
    #[serde(default)]
    metadata: ObjectMeta,
    spec: Option<GrantSpec>,
    items: Option<Vec<Document>>,
}

#[derive(Deserialize)]
enum DocumentVersion {
    #[serde(rename = "functions.kanister.io/v1alpha1")]
    Functions,
    #[serde(rename = "v1")]
    List,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum GrantKind {
    FunctionGrant,
    ClusterFunctionGrant,
    List,
}

fn check_size(file: &str, text: &str) -> Result<(), FileError> {
    if text.len() > LIMIT {
        return Err(FileError::Size {
            file: file.to_owned(),
            size: text.len(),
            limit: LIMIT,
        });
    }
    Ok(())
}

/// Reads a text with one document.
pub(super) fn one<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FileError> {
    check_size(file, text)?;
    serde_saphyr::from_str(text).map_err(|error| FileError::yaml(file, &error))
}
