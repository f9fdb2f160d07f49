//! What a function of Kanister is written with.
//!
//! ```
//! use kanister_sdk::prelude::*;
//!
//! #[arguments]
//! struct Hello {
//!     /// Whom to greet.
//!     name: String,
//! }
//!
//! /// Greets somebody.
//! #[function(version = "1.0.0")]
//! fn hello(cx: &Context, args: Hello) -> Result<Output> {
//!     cx.log(Level::Info, "greeting", &[("name", &args.name)]);
//!     Ok(output! { "greeting": format!("hello, {}", args.name) })
//! }
//!
//! kanister_sdk::plugin!(hello);
//! # fn main() {}
//! ```
//!
//! Build it with `kanister plugin build DIR`. What a component imports is what it may ask
//! for: a capability that no function of the crate uses is not imported, and one that is used
//! must have its section in `manifest.yaml` beside `Cargo.toml`.
//!
//! On the machine of its author the crate compiles too, so `cargo test` covers whatever does
//! not call the host.

pub mod access;
pub mod arguments;
#[rustfmt::skip]
#[allow(
    missing_docs,
    unsafe_code,
    unused_qualifications,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::allow_attributes_without_reason,
    reason = "generated from wit/, which documents it"
)]
pub mod bindings;
pub mod bytes;
pub mod context;
pub mod failure;
pub mod function;
pub mod http;
pub mod kube;
pub mod output;
mod panic;
pub mod phase_output;
mod plugin;
pub mod pod;
pub mod prelude;
pub mod secrets;
pub mod storage;
pub mod tail;
pub mod template;
pub mod workload;

pub use kanister_sdk_macros::{arguments, function, outputs};
pub use {serde, serde_json};

/// The types of the contract: descriptors, accesses, calls and failures.
pub mod types {
    pub use crate::bindings::kanister::function::types::{
        Access, ArgvPart, Call, Cause, Denial, Descriptor, ExecAccess, ExtensionAccess, Extensions,
        Failure, FieldError, HttpAccess, Invocation, Json, KubeAccess, Output, Parameter,
        Rendering, ResourceName, Scope, SecretAccess, StorageAccess, ValueType, WorkloadAccess,
    };
}

#[doc(hidden)]
pub mod glue {
    pub use crate::bindings::exports::kanister::function::{describe, run};
    pub use crate::panic::install as install_panic_hook;
}
