//! `kanister:kube/workload`: helper pods, and the scale of workloads.
//!
//! A pod is created through the gate, which judges it as it will be: with the overrides of
//! the Blueprint and the ActionSet in it. From then on it is the call's own, and what the
//! handle offers (following it, its log, its deletion) goes over the host's connection.

mod build;
mod defaults;
mod extras;
mod guest;
mod helper;
mod logs;
mod merge;
mod merge_keys;
mod outcome;
mod scale;
mod start;
mod startup;
mod sweeper;

pub use build::INVOCATION;
pub use defaults::PodDefaults;
pub use extras::PodExtras;
pub use helper::Helper;
pub use sweeper::Sweeper;

#[cfg(test)]
mod tests;
