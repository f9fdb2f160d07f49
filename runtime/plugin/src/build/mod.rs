//! Making plugins: of a crate, of a core module, of a component of another language.

mod cargo;
mod componentize;
mod error;
mod target;

pub use componentize::componentize;
pub use error::{BuildError, CommandError};

use crate::{Component, FunctionManifest, embed_manifest};
use kanister_api::function::{Plugin, to_flow_yaml};
use std::path::{Path, PathBuf};

/// The name of the manifest's file, beside `Cargo.toml`.
pub const MANIFEST_FILE: &str = "manifest.yaml";

/// What to make a plugin of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The folder of the plugin, where `manifest.yaml` is.
    pub dir: PathBuf,
    /// What is in it.
    pub source: Source,
}

/// What a plugin is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A crate, built with a profile of its workspace; without one, with settings for small
    /// components.
    Crate {
        /// The name of a cargo profile.
        profile: Option<String>,
    },
    /// A core module with the sections that binding generators write; those of C and Go.
    Core(PathBuf),
    /// A component; of Python or JavaScript.
    Component(PathBuf),
}

/// A plugin that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The name of the plugin: that of the crate or of the folder.
    pub name: String,
    /// The component with its manifest.
    pub bytes: Vec<u8>,
    /// What stands in it.
    pub component: Component,
}

/// What is happening, for whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The Rust target is missing and is being added.
    AddingTarget {
        /// The toolchain it is added to.
        toolchain: String,
    },
    /// Cargo starts to compile.
    Compiling {
        /// The crate.
        name: String,
    },
    /// A line that cargo prints.
    Line(String),
    /// The core module becomes a component.
    Componentizing,
}

/// Makes a plugin and checks its imports against its manifest.
///
/// # Errors
/// [`BuildError`], which says what failed and what to do.
pub fn build(request: &Request, progress: &mut dyn FnMut(Progress)) -> Result<Built, BuildError> {
    let Request { dir, source } = request;
    let (identity, component) = match source {
        Source::Crate { profile } => {
            let package = cargo::package(dir)?;
            target::ensure(dir, progress)?;
            progress(Progress::Compiling {
                name: package.name.clone(),
            });
            let core = cargo::build(dir, &package, profile.as_deref(), progress)?;
            progress(Progress::Componentizing);
            (
                Identity {
                    name: package.name,
                    version: package.version,
                },
                componentize(&read(&core)?)?,
            )
        }
        Source::Core(file) => {
            progress(Progress::Componentizing);
            (Identity::of_folder(dir), componentize(&read(file)?)?)
        }
        Source::Component(file) => (Identity::of_folder(dir), read(file)?),
    };
    let manifest = manifest(dir, &identity)?;
    let bytes = embed_manifest(&component, &manifest)?;
    let name = identity.name;
    let component = Component::read(&format!("{name}: {MANIFEST_FILE}"), &bytes)?;
    component.check().map_err(|mismatches| BuildError::Check {
        name: name.clone(),
        mismatches,
    })?;
    Ok(Built {
        name,
        bytes,
        component,
    })
}

struct Identity {
    name: String,
    version: String,
}

impl Identity {
    fn of_folder(dir: &Path) -> Self {
        let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let name = dir
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Self {
            name,
            version: "0.0.0".to_owned(),
        }
    }
}

/// The text of the manifest; of one that asks for nothing, if the folder has none.
fn manifest(dir: &Path, identity: &Identity) -> Result<String, BuildError> {
    let path = dir.join(MANIFEST_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let version = identity
                .version
                .parse()
                .map_err(|source| BuildError::Version {
                    version: identity.version.clone(),
                    source,
                })?;
            let plugin = Plugin {
                name: identity.name.clone(),
                version,
                description: String::new(),
            };
            Ok(to_flow_yaml(&FunctionManifest::new(plugin)))
        }
        Err(source) => Err(BuildError::Read { path, source }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| BuildError::Read {
        path: path.to_owned(),
        source,
    })
}
