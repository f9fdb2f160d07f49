//! What components are linked against.
//!
//! Every interface of the contract is linked for a call that runs; whether the call may
//! use it is the gate's to say, at each access. What the contract does not know never
//! gets here: reading the file refused it.

use crate::bindings::{All, AllPre};
use crate::call::{CallState, PureState, add_wasi_to_linker};
use crate::engine::Engine;
use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, HasSelf, Linker, ResourceType};

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
        let engine = component.engine();
        for (name, import) in component.component_type().imports(engine) {
            // wasmtime would also put a trap in the place of an earlier version of WASI that
            // the linked one serves.
            if let ComponentItem::ComponentInstance(interface) = import.ty
                && name.starts_with(CONTRACT)
            {
                trap(&mut linker, engine, name, &interface)?;
            }
        }
        AllPre::new(linker.instantiate_pre(component)?)
    }
}

/// What the names of the contract's interfaces begin with.
const CONTRACT: &str = "kanister:";

/// Links an interface of which every function is a trap.
fn trap(
    linker: &mut Linker<PureState>,
    engine: &wasmtime::Engine,
    name: &str,
    interface: &ComponentInstance,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(name)?;
    for (item, export) in interface.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(_) => {
                let called = format!("{name}#{item}");
                instance.func_new(item, move |_, _, _, _| {
                    Err(wasmtime::Error::msg(format!(
                        "it called {called}, but `functions`, `validate` and `plan` only compute"
                    )))
                })?;
            }
            ComponentItem::Resource(_) => {
                instance.resource(item, ResourceType::host::<()>(), |_, _| Ok(()))?;
            }
            _ => {}
        }
    }
    Ok(())
}
