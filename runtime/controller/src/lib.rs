//! The controller: runs the ActionSets of a cluster.
//!
//! It watches ActionSets and never polls. What is to be run waits in a queue that serves the
//! namespaces of subjects in turn ([`FairQueue`](queue::FairQueue)); so many runs as
//! [`Settings::concurrency`] says go on at once, each of them an
//! [`Engine::run`](kanister_engine::Engine::run) over the API server.
//!
//! # More than one controller
//!
//! Controllers of one namespace elect a leader by a Lease; only the leader runs anything. A leader
//! that could not renew its lease in time must end its process at once, without unwinding
//! ([`Hooks::lost`]): another one goes on with its runs by then, and what a dropped call would
//! clean up belongs to the other one.
//!
//! # The parts
//!
//! - `watch`: the changes of one resource, across lost connections and expired versions.
//! - `leader`: the Lease. `crds`: the definitions of the custom resources.
//! - `dispatch`, `queue`, `expiry`: which ActionSet runs when, and when a finished one goes.
//! - `seat`: what a run of the engine stands on: the record, the notes, the events.
//! - `client`, `settling`: the connection to the API server, across outages.
//! - `telemetry`: metrics and logs. `http`: where metrics and health are served.

mod client;
mod controller;
mod crds;
mod dispatch;
mod error;
mod expiry;
mod http;
mod key;
mod leader;
mod queue;
mod seat;
mod settings;
mod settling;
mod telemetry;
mod watch;

pub use client::connect;
pub use controller::{Hooks, serve};
pub use error::ControllerError;
pub use settings::{LeaseSettings, Listen, Settings};
pub use telemetry::Metrics;
