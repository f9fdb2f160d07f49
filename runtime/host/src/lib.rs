//! Runs functions as WebAssembly components behind one gate.

pub mod arguments;
pub mod authority;
pub mod bindings;
pub mod call;
pub mod capability;
pub mod component;
pub mod engine;
pub mod gate;
pub mod host;
pub mod limits;
mod link;
pub mod registry;
pub mod secret;
