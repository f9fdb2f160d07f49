//! The one way to make a wasmtime engine.
//!
//! Server, command line and tests share it, because a component compiled by an engine
//! with other settings does not load.

mod config;
mod ticker;

use std::hash::{Hash, Hasher};
use std::time::Duration;

use sha2::{Digest, Sha256};

pub use config::{Allocation, EngineOptions, MAX_WASM_STACK};

/// How often the epoch advances: the precision of the CPU limit, and how long a guest
/// that computes can keep others on its thread waiting.
pub const TICK: Duration = Duration::from_millis(10);

/// A failure to make an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refused its configuration, or the CPU lacks what it needs.
    #[error("the WebAssembly engine does not start: {0:#}")]
    Configuration(wasmtime::Error),
    /// The thread that advances the epoch did not start.
    #[error("the thread that enforces CPU limits does not start: {0}")]
    Ticker(#[source] std::io::Error),
}

/// A wasmtime engine with its ticker.
#[derive(Clone)]
pub struct Engine {
    inner: wasmtime::Engine,
    allocation: Allocation,
}

impl Engine {
    /// Starts an engine and the thread that advances its epoch. The thread ends with the
    /// last clone of the engine.
    ///
    /// # Errors
    /// See [`EngineError`].
    pub fn start(options: &EngineOptions) -> Result<Self, EngineError> {
        let (inner, allocation) = config::make(options)?;
        ticker::start(&inner).map_err(EngineError::Ticker)?;
        Ok(Self { inner, allocation })
    }

    /// The engine itself.
    #[must_use]
    pub fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner
    }

    /// Where instances get their memory from.
    #[must_use]
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }

    /// Changes whenever a compiled component of another engine would not load here:
    /// other wasmtime version, settings or CPU features.
    #[must_use]
    pub fn compatibility(&self) -> [u8; 32] {
        struct Sha(Sha256);
        impl Hasher for Sha {
            fn finish(&self) -> u64 {
                0
            }
            fn write(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }
        }
        let mut sha = Sha(Sha256::new());
        self.inner.precompile_compatibility_hash().hash(&mut sha);
        sha.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_engines_of_the_same_settings_are_compatible() {
        let options = EngineOptions::default();
        let one = Engine::start(&options).unwrap();
        let two = Engine::start(&options).unwrap();
        assert_eq!(one.compatibility(), two.compatibility());
    }

    #[test]
    fn the_epoch_advances() {
        use wasmtime::{Func, Module, Store, UpdateDeadline};
        let engine = Engine::start(&EngineOptions::default()).unwrap();
        let loops = [
            0, b'a', b's', b'm', 1, 0, 0, 0, // header
            1, 4, 1, 0x60, 0, 0, // type: () -> ()
            3, 2, 1, 0, // function
            7, 5, 1, 1, b'f', 0, 0, // export "f"
            10, 9, 1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b, // loop br 0 end end
        ];
        let module = Module::new(engine.wasmtime(), loops).unwrap();
        let mut store = Store::new(engine.wasmtime(), ());
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Interrupt));
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
        let f: Func = instance.get_func(&mut store, "f").unwrap();
        assert!(f.call(&mut store, &[], &mut []).is_err());
    }
}
