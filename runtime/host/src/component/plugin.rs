//! A plugin that is ready to be called.

use super::compile::{CompileError, Compiler, digest_of};
use super::descriptor::{Descriptor, DescriptorError, describe};
use crate::bindings::AllPre;
use crate::bindings::kanister::function::types as wit;
use crate::call::{
    CallEnd, CallError, CallState, Invocation, PureState, Question, Services, ask_functions,
    ask_plan, ask_validate, make_call,
};
use crate::engine::Engine;
use crate::gate::Gate;
use crate::limits::Limits;
use crate::link::Linkers;
use kanister_api::function::{ComponentDigest, FunctionManifest};
use kanister_plugin::Mismatch;
use std::fmt;
use std::sync::Arc;

/// Why a file is no plugin of this host.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is no component.
    #[error(transparent)]
    File(#[from] kanister_plugin::ReadError),
    /// Its imports and its manifest do not agree.
    #[error("{}", list(.0))]
    Mismatch(Vec<Mismatch>),
    /// It does not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It does not export what a plugin exports, in the shape of the contract.
    #[error(
        "it is a component, but no plugin: it does not export `kanister:function/describe` and \
         `kanister:function/run` in a version that this host knows: {0}"
    )]
    Contract(String),
    /// It did not answer what functions it has.
    #[error("it does not say what functions it has: {0}")]
    Silent(#[from] CallError),
    /// What it says of its functions is wrong.
    #[error(transparent)]
    Descriptor(#[from] DescriptorError),
}

fn list(mismatches: &[Mismatch]) -> String {
    let lines: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
    format!(
        "the component does not agree with its manifest: {}",
        lines.join("; ")
    )
}

/// A component that was read, compiled, linked and asked what it can do.
pub struct Plugin {
    digest: ComponentDigest,
    size: usize,
    manifest: FunctionManifest,
    file: kanister_plugin::Component,
    functions: Vec<Arc<Descriptor>>,
    running: AllPre<CallState>,
    pure: AllPre<PureState>,
    engine: Engine,
}

impl Plugin {
    /// Makes a plugin of a file's bytes. `name` is how messages call the file.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn load(
        compiler: &Compiler,
        linkers: &Linkers,
        name: &str,
        bytes: Arc<[u8]>,
    ) -> Result<Self, LoadError> {
        let file = kanister_plugin::Component::read(name, &bytes)?;
        file.check().map_err(LoadError::Mismatch)?;
        let manifest = file.manifest.clone().unwrap_or_else(|| asks_nothing(name));
        let digest = digest_of(&bytes);
        let size = bytes.len();
        let component = compiler.compile(digest, bytes).await?;
        let contract = |error: wasmtime::Error| LoadError::Contract(format!("{error:#}"));
        let running = linkers.running(&component).map_err(contract)?;
        let pure = linkers.pure(&component).map_err(contract)?;
        let engine = compiler.engine().clone();
        let answer = ask_functions(&engine, &pure, &manifest.plugin.name).await?;
        let functions = describe(answer)?.into_iter().map(Arc::new).collect();
        Ok(Self {
            digest,
            size,
            manifest,
            file,
            functions,
            running,
            pure,
            engine,
        })
    }

    /// The component's identity.
    #[must_use]
    pub fn digest(&self) -> ComponentDigest {
        self.digest
    }

    /// Bytes of the component.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// What its author says it needs.
    #[must_use]
    pub fn manifest(&self) -> &FunctionManifest {
        &self.manifest
    }

    /// What stands in the file: its imports above all.
    #[must_use]
    pub fn file(&self) -> &kanister_plugin::Component {
        &self.file
    }

    /// The functions it has.
    #[must_use]
    pub fn functions(&self) -> &[Arc<Descriptor>] {
        &self.functions
    }

    /// Asks what is wrong with the arguments.
    ///
    /// # Errors
    /// [`CallError::InvalidArguments`], or whatever kept the plugin from answering.
    pub async fn validate(&self, question: &Question) -> Result<(), CallError> {
        ask_validate(&self.engine, &self.pure, self.name(), question).await
    }

    /// Asks what these arguments need; `None`: whatever the manifest says.
    ///
    /// # Errors
    /// [`CallError::InvalidArguments`], or whatever kept the plugin from answering.
    pub async fn plan(&self, question: &Question) -> Result<Option<Vec<wit::Access>>, CallError> {
        ask_plan(&self.engine, &self.pure, self.name(), question).await
    }

    /// Makes a call.
    pub async fn run(
        &self,
        invocation: &Invocation,
        services: Services,
        gate: Gate,
        limits: &Limits,
    ) -> CallEnd {
        make_call(
            &self.engine,
            &self.running,
            invocation,
            services,
            gate,
            limits,
        )
        .await
    }

    fn name(&self) -> &str {
        &self.manifest.plugin.name
    }
}

/// The manifest of a component that has none.
fn asks_nothing(file: &str) -> FunctionManifest {
    FunctionManifest::new(kanister_api::function::Plugin {
        name: file.to_owned(),
        version: semver::Version::new(0, 0, 0),
        description: String::new(),
    })
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name())
            .field("digest", &self.digest.to_string())
            .finish_non_exhaustive()
    }
}
