//! What the host offers to functions: one module for each interface of the contract, and
//! the traits behind which the rest of the product supplies what it stands on.

pub mod cancel;
pub mod checkpoint;
mod clock;
pub mod http;
pub mod io;
pub mod kube;
pub mod log;
pub mod progress;
mod random;
pub mod secrets;
pub mod storage;
pub mod template;
