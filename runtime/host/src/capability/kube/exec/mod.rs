//! `kanister:kube/exec`: commands in containers.
//!
//! The protocol is `channel.k8s.io` over a WebSocket: each message begins with the number
//! of its channel, the last one is a status. The connection is driven here and not
//! by `kube`'s `AttachedProcess`, for three guarantees that one loop cannot give:
//!
//! - **No deadlock**: what is sent and what is received never wait for each other, so a
//!   command that answers while it reads (`cat`, `psql`) cannot stand still.
//! - **No false end**: a connection that ends without a status is [`KubeError::Truncated`](super::KubeError::Truncated),
//!   and standard input is closed only when its source said that it was complete.
//! - **Bounded memory**: 256 KiB of output wait for the guest, then the server does.
//!
//! A command with standard input has to be run through the API server's translator, which
//! calls a kubelet that it lost a success (see `protocol`).
//!
//! What no client can do: end a command whose connection was lost. The container runtime
//! closes its standard input and lets it run.

mod connect;
mod frame;
mod guest;
mod output;
mod process;
mod protocol;
mod status;
mod stdin;
mod tail;

pub use process::{Exit, Process};

#[cfg(test)]
mod tests;
