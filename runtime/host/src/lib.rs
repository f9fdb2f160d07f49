//! Runs functions as WebAssembly components behind one gate.

pub mod bindings;
