//! Where plugins are: built in, in a folder, in a file.

use crate::builtin;
use anyhow::{Context, bail};
use clap::Args;
use kanister_host::component::Plugin;
use kanister_host::host::{Host, HostOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder with further components.
const PLUGINS: &str = "KANISTER_PLUGINS";

/// Where compiled components are kept.
const CACHE: &str = "KANISTER_CACHE";

/// Where plugins are, as options.
#[derive(Debug, Args)]
pub struct Places {
    /// A folder with further components (*.wasm)
    #[arg(long, value_name = "DIR", env = PLUGINS)]
    plugins: Option<PathBuf>,

    /// Where compiled components are kept between runs; `none` keeps them nowhere
    /// [default: kanister/components in the user's cache folder]
    #[arg(long, value_name = "DIR", env = CACHE)]
    cache: Option<PathBuf>,
}

impl Places {
    /// Where the environment says, for a face that has no such options.
    pub fn from_environment() -> Self {
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Self {
            plugins: path(PLUGINS),
            cache: path(CACHE),
        }
    }

    /// Whether what is built in must be compiled first, which takes some seconds.
    pub fn is_cold(&self) -> bool {
        let found = self.cache_dir().map(std::fs::read_dir);
        match found {
            Some(Ok(mut entries)) => entries.next().is_none(),
            Some(Err(_)) | None => true,
        }
    }

    /// A host with nothing installed.
    pub fn host(&self) -> anyhow::Result<Host> {
        let options = HostOptions {
            cache: self.cache_dir(),
            ..HostOptions::default()
        };
        Ok(Host::start(&options)?)
    }

    /// A host with everything that is built in or in the folder of plugins.
    pub async fn installed(&self) -> anyhow::Result<Host> {
        let host = self.host()?;
        for (name, bytes) in builtin::components() {
            host.install(name, Arc::from(*bytes))
                .await
                .with_context(|| format!("the built-in component {name}"))?;
        }
        for file in self.files()? {
            let bytes = read(&file)?;
            host.install(&file.display().to_string(), bytes)
                .await
                .with_context(|| format!("the plugin {}", file.display()))?;
        }
        Ok(host)
    }

    /// The component that a file holds.
    pub async fn file(&self, host: &Host, file: &Path) -> anyhow::Result<Arc<Plugin>> {
        let bytes = read(file)?;
        host.install(&file.display().to_string(), bytes)
            .await
            .with_context(|| format!("{}", file.display()))
    }

    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let Some(dir) = &self.plugins else {
            return Ok(Vec::new());
        };
        let entries = std::fs::read_dir(dir)
            .with_context(|| format!("the folder of plugins {} cannot be read", dir.display()))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn cache_dir(&self) -> Option<PathBuf> {
        match &self.cache {
            Some(path) if path.as_os_str() == "none" => None,
            Some(path) => Some(path.clone()),
            None => {
                let base = std::env::var_os("XDG_CACHE_HOME")
                    .filter(|dir| !dir.is_empty())
                    .map(PathBuf::from)
                    .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
                Some(base.join("kanister").join("components"))
            }
        }
    }
}

/// A file's bytes; a folder or a missing file is said plainly.
fn read(file: &Path) -> anyhow::Result<Arc<[u8]>> {
    if file.is_dir() {
        bail!(
            "{} is a folder; `kanister plugin build {}` makes a component of it",
            file.display(),
            file.display()
        );
    }
    let bytes = std::fs::read(file)
        .with_context(|| format!("the component {} cannot be read", file.display()))?;
    Ok(bytes.into())
}

/// Whether a user means a file rather than the name of a function.
pub fn is_file(target: &str) -> bool {
    target.ends_with(".wasm") || target.contains(std::path::MAIN_SEPARATOR)
}
