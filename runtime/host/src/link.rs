//! What components are linked against.
//!
//! Every interface of the contract is linked for a call that runs; whether the call may
//! use it is the gate's to say, at each access. What the contract does not know never
//! gets here: reading the file refused it.

use crate::bindings::{All, AllPre};
use crate::call::{CallState, PureState, add_wasi_to_linker};
use crate::engine::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

/// The two linkers of a host.
pub struct Linkers {
    running: Linker<CallState>,
    pure: Linker<PureState>,
}

impl Linkers {
    /// Links everything once.
    ///
    /// # Errors
    /// The contract and the host do not fit, which is a fault of the build.
    pub fn new(engine: &Engine) -> wasmtime::Result<Self> {
        let mut running = Linker::new(engine.wasmtime());
        add_wasi_to_linker(&mut running)?;
        All::add_to_linker::<_, HasSelf<_>>(&mut running, |state| state)?;
        let mut pure = Linker::new(engine.wasmtime());
        add_wasi_to_linker(&mut pure)?;
        Ok(Self { running, pure })
    }

    /// A component for calls that run.
    pub(crate) fn running(&self, component: &Component) -> wasmtime::Result<AllPre<CallState>> {
        AllPre::new(self.running.instantiate_pre(component)?)
    }

    /// A component for pure questions: all it imports but WASI is a trap.
    pub(crate) fn pure(&self, component: &Component) -> wasmtime::Result<AllPre<PureState>> {
        let mut linker = self.pure.clone();
        linker.define_unknown_imports_as_traps(component)?;
        AllPre::new(linker.instantiate_pre(component)?)
    }
}
