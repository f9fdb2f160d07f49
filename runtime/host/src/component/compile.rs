//! Bytes to code: once for each component, in the background, and never twice at a time.

use super::aot::CompiledCache;
use crate::engine::Engine;
use kanister_api::function::ComponentDigest;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio::sync::Semaphore;
use wasmtime::component::Component;

/// A component's identity: the SHA-256 of its bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> ComponentDigest {
    ComponentDigest::new(Sha256::digest(bytes).into())
}

/// Why a component was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler refuses it.
    #[error("the component does not compile: {0:#}")]
    Refused(wasmtime::Error),
    /// The compiler itself failed on it.
    #[error("the compiler failed on this component; please report it with the file")]
    Crashed,
}

/// Compiles components and keeps what it made.
#[derive(Clone)]
pub struct Compiler {
    engine: Engine,
    cache: Option<Arc<CompiledCache>>,
    /// Compiling takes all cores and hundreds of megabytes, so one at a time.
    turn: Arc<Semaphore>,
}

impl Compiler {
    /// A compiler for an engine. Without a cache every start compiles anew.
    #[must_use]
    pub fn new(engine: Engine, cache: Option<CompiledCache>) -> Self {
        Self {
            engine,
            cache: cache.map(Arc::new),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// The engine that it compiles for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The compiled component: from the cache, or compiled now on a thread of its own.
    ///
    /// # Errors
    /// See [`CompileError`].
    pub async fn compile(
        &self,
        digest: ComponentDigest,
        bytes: Arc<[u8]>,
    ) -> Result<Component, CompileError> {
        if let Some(component) = self.cached(digest).await {
            return Ok(component);
        }
        let _turn = self.turn.acquire().await;
        // Whoever was before us may have compiled the same one.
        if let Some(component) = self.cached(digest).await {
            return Ok(component);
        }
        let engine = self.engine.clone();
        let cache = self.cache.clone();
        let compiled = tokio::task::spawn_blocking(move || {
            let component =
                Component::from_binary(engine.wasmtime(), &bytes).map_err(CompileError::Refused)?;
            if let Some(cache) = cache {
                keep(&cache, &digest, &component);
            }
            Ok(component)
        });
        compiled.await.unwrap_or(Err(CompileError::Crashed))
    }

    async fn cached(&self, digest: ComponentDigest) -> Option<Component> {
        let cache = Arc::clone(self.cache.as_ref()?);
        let engine = self.engine.clone();
        let load = move || {
            let code = cache.get(&digest)?;
            deserialize(&engine, &code)
        };
        tokio::task::spawn_blocking(load).await.ok().flatten()
    }
}

fn keep(cache: &CompiledCache, digest: &ComponentDigest, component: &Component) {
    let kept = component
        .serialize()
        .map_err(|error| format!("{error:#}"))
        .and_then(|code| cache.put(digest, &code).map_err(|error| error.to_string()));
    if let Err(error) = kept {
        tracing::warn!(%digest, error, "the compiled component is not cached");
    }
}

/// A cache entry that this engine does not take counts as absent.
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    #[expect(
        unsafe_code,
        reason = "the bytes are this host's own: they come from a directory that nobody else \
                  writes, under the name of this engine, and with the right checksum"
    )]
    // SAFETY: see the reason above and the module `aot`.
    unsafe { Component::deserialize(engine.wasmtime(), code) }.ok()
}
