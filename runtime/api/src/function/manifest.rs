//! What an author writes.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::error::FileError;
use super::file::{self, ApiVersion};
use super::limits::Limits;
use super::rules::{Rules, Section};

/// The author's statement of the most that a plugin can ever need, embedded in the component as the
/// custom section [`super::MANIFEST_SECTION`] in YAML.
///
/// ```yaml
/// apiVersion: functions.kanister.io/v1alpha1
/// kind: FunctionManifest
/// plugin: {name: pg-tools, version: 1.2.0}
/// requires:
///   exec:
///   - {namespaces: [$subject], pods: ["*"], containers: ["*"], argv: [[pg_dump, "**"]]}
///   storage:
///   - {slot: primary, access: [write], prefix: dumps/}
/// limits: {memory: 64Mi, wall: 4h}
/// rationale: {exec: Runs pg_dump in the database's container.}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FunctionManifest {
    /// `functions.kanister.io/v1alpha1`.
    pub api_version: ApiVersion,
    /// `FunctionManifest`.
    pub kind: ManifestKind,
    /// Who this is.
    pub plugin: Plugin,
    /// The most that any call of any function of the plugin can need. Nothing if left out.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub requires: Rules,
    /// What a call needs of the host, where the host's defaults do not do.
    #[serde(default)]
    pub limits: Limits,
    /// Why each section is needed, shown to whoever grants it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rationale: BTreeMap<Section, String>,
}

/// Which plugin a manifest is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plugin {
    /// The plugin's name. Its functions have their own.
    pub name: String,
    /// The plugin's version.
    pub version: Version,
    /// One line that says what it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// The kind of a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ManifestKind {
    /// The only one.
    #[default]
    FunctionManifest,
}

impl FunctionManifest {
    /// A manifest that asks for nothing.
    #[must_use]
    pub fn new(plugin: Plugin) -> Self {
        Self {
            api_version: ApiVersion::default(),
            kind: ManifestKind::default(),
            plugin,
            requires: Rules::default(),
            limits: Limits::default(),
            rationale: BTreeMap::new(),
        }
    }

    /// Reads a manifest. `file` is how messages call the text: a path, or the name of a component.
    ///
    /// # Errors
    /// [`FileError`] with line and column if the text is not a manifest.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, FileError> {
        let manifest: Self = file::one(file, text)?;
        file::check_rules(&manifest.requires).map_err(|message| FileError::Object {
            file: file.to_owned(),
            object: format!("FunctionManifest {}", manifest.plugin.name),
            message,
        })?;
        Ok(manifest)
    }
}
