//! A plugin as a file.
//!
//! A plugin is one WebAssembly component. What it may ever ask for stands in it twice: its
//! **imports**, which nobody can forge, and its **manifest**, which says how far each of them
//! is needed. [`Component::read`] reads both from untrusted bytes and [`Component::check`]
//! compares them; `build` (feature of the same name) makes a component of a crate or of a
//! core module of another language.
//!
//! # Trust
//! The bytes may be anybody's. They are validated before anything is taken from them, every
//! list and text has a limit, and nothing in them makes this crate panic.

mod check;
mod component;
mod contract;
mod embed;
mod error;
mod permission;

#[cfg(feature = "build")]
pub mod build;

pub use check::Mismatch;
pub use component::{Component, Import, MAX_COMPONENT_BYTES, MAX_IMPORTS};
pub use contract::CONTRACT_VERSION;
pub use embed::{MAX_MANIFEST_BYTES, embed_manifest};
pub use error::ReadError;
pub use kanister_api::function::{FunctionManifest, MANIFEST_SECTION};
pub use permission::{Need, Permission};
