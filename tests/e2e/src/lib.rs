//! A real Kubernetes of one node, for tests.
//!
//! The control plane and the kubelet are built from Go modules of one pinned release (`go/`);
//! containerd, runc, etcd and the network plugins come from Debian. All of it runs in a mount, a
//! network and a process namespace of its own, so that nothing leaves the machine, addresses never
//! collide, several clusters live side by side, and ending one process ends everything.
//!
//! `cargo xtask e2e up` starts a cluster, `exec` runs a command inside, `down` removes it, and
//! `test` does all of that around the suites.

pub mod boot;
mod cases;
pub mod certificates;
pub mod cgroups;
mod client;
pub mod components;
pub mod config;
pub mod faults;
pub mod images;
pub mod in_cluster;
pub mod kubeconfig;
pub mod lifecycle;
pub mod logs;
pub mod namespaces;
pub mod packages;
pub mod possible;
pub mod postgres;
mod product;
pub mod programs;
pub mod settings;
pub mod smoke;
mod store;
pub mod suites;
mod wait;
