//! Runs functions as WebAssembly components behind one gate.

pub mod authority;
pub mod bindings;
pub mod gate;
