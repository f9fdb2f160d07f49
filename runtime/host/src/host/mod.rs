//! The function host: everything needed to install functions and to call them.

mod prepare;
mod room;

use crate::call::{CallEnd, CallError, Invocation, Services};
use crate::component::{CacheDirError, CompiledCache, Compiler, LoadError, Plugin};
use crate::engine::{Engine, EngineError, EngineOptions};
use crate::limits::Limits;
use crate::link::Linkers;
use crate::registry::{InstallError, Registry};
use std::path::PathBuf;
use std::sync::Arc;

pub use prepare::{Prepared, Request};
use room::Room;

/// What an operator may choose.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// The engine.
    pub engine: EngineOptions,
    /// Where compiled components are kept; without it every start compiles anew.
    pub cache: Option<PathBuf>,
    /// The most that a manifest or grant can ask for.
    pub maximum: Limits,
}

impl Default for HostOptions {
    fn default() -> Self {
        Self {
            engine: EngineOptions::default(),
            cache: None,
            maximum: Limits::maximum(),
        }
    }
}

/// Why a host did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The cache directory.
    #[error(transparent)]
    Cache(#[from] CacheDirError),
    /// The host was built against another contract than it was linked to.
    #[error("the contract and the host do not fit together: {0:#}")]
    Contract(wasmtime::Error),
}

/// Why a plugin was not installed.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// It cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It is in the way of another one.
    #[error(transparent)]
    Install(#[from] InstallError),
}

/// A host of functions.
pub struct Host {
    compiler: Compiler,
    linkers: Linkers,
    registry: Registry,
    maximum: Limits,
    room: Room,
}

impl Host {
    /// Starts a host with nothing installed.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(options: &HostOptions) -> Result<Self, StartError> {
        let HostOptions {
            engine: engine_options,
            cache,
            maximum,
        } = options;
        let engine = Engine::start(engine_options)?;
        let cache = match cache {
            Some(path) => Some(CompiledCache::open(path, engine.compatibility())?),
            None => None,
        };
        let linkers = Linkers::new(&engine).map_err(StartError::Contract)?;
        Ok(Self {
            compiler: Compiler::new(engine, cache),
            linkers,
            registry: Registry::new(),
            maximum: maximum.clone(),
            room: Room::new(engine_options.concurrent_calls),
        })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.compiler.engine()
    }

    /// What is installed.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Makes a plugin of a file's bytes, without installing it. `name` is how messages
    /// call the file.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn load(&self, name: &str, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, LoadError> {
        let plugin = Plugin::load(&self.compiler, &self.linkers, name, bytes).await?;
        Ok(Arc::new(plugin))
    }

    /// Loads and installs a plugin. What was installed before stays if this one fails.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub async fn install(&self, name: &str, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, PluginError> {
        let plugin = self.load(name, bytes).await?;
        self.registry.install(&plugin)?;
        Ok(plugin)
    }

    /// Finds out what a call needs and may do: arguments, plan, authority. No effect yet.
    ///
    /// # Errors
    /// [`CallError::InvalidArguments`], [`CallError::Denied`] if what the call plans is
    /// not granted, or whatever kept the plugin from answering.
    pub async fn prepare(&self, request: Request<'_>) -> Result<Prepared, CallError> {
        prepare::prepare(request, &self.maximum).await
    }

    /// Makes a prepared call. Waits for room if as many calls run as may.
    pub async fn run(
        &self,
        prepared: &Prepared,
        invocation: &Invocation,
        services: Services,
    ) -> CallEnd {
        let function = prepared.function();
        let key = (function.plugin.digest(), function.descriptor.name.clone());
        let _place = self.room.place(key, prepared.limits().concurrency).await;
        let gate = prepared.gate(invocation, &services);
        function
            .plugin
            .run(invocation, services, gate, prepared.limits())
            .await
    }
}
