//! The built-in functions on the embedded cluster, through the host that runs them everywhere:
//! their own components, the grants that ship with the binary, real pods.
//!
//! [`Stage`] is a cluster and a host; [`Call`] is one phase of one function on it, which may
//! be cancelled, or interrupted as by `kill -9` and made again ([`interrupted`]).

mod call;
mod notes;
mod objects;
mod stage;
mod templates;

pub use call::{Call, Outputs, interrupted};
pub use notes::Notes;
pub use objects::{Pods, Seen};
pub use stage::{CONTROLLER, IMAGE, NAMESPACE, Stage};
pub use templates::Engine;
