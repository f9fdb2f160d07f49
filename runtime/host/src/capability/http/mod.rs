//! `kanister:http`: requests to granted hosts.
//!
//! The order is the point: read the URL once, ask the gate, resolve the name, ask the
//! gate about each address, connect to those and no others, and only then put secrets in.
//! Redirects are never followed here; proxies of the environment are not used, since a
//! proxy would resolve the name anew.

mod connect;
mod guest;
mod sign;

pub use connect::Connections;
