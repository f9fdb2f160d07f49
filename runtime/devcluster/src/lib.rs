//! An embedded Kubernetes cluster, for laptops and tests: the API in this process, and pods as local
//! processes.
//!
//! It is a development tool. Production is a real Kubernetes; the crate `kanister-conformance` holds
//! the two to the same behaviour.
//!
//! # What is there
//!
//! - The API in process ([`Cluster::client`]), on a Unix socket and on TLS with a token: discovery,
//!   create, get, list (pages, label and field selectors, tables), watch (bookmarks, initial
//!   events), replace, delete, the four kinds of patches with field managers, `status` and `scale`,
//!   dry run, finalizers, garbage collection, namespaces, events, CustomResourceDefinitions with
//!   pruning, defaults and rules.
//! - Kanister's own resources, defined from the start.
//! - Deployments, ReplicaSets, StatefulSets, Jobs; claims and volumes as directories.
//! - Pods: containers as processes with volumes, environment, probes, restarts, exit codes and
//!   termination grace; `exec` and `log`.
//! - Its state, with a write-ahead log, in a directory. Versions are not used twice after a crash;
//!   pods run again at the next start, except those that must not be restarted, which fail.
//!
//! # What is not there
//!
//! Requests for what is missing are answered with an error; where something is accepted without
//! effect, this list says so:
//!
//! - **Services and DNS**: pods share the machine's network; a pod's port is one of 127.0.0.1.
//! - **RBAC** is not enforced, and service account tokens do not exist: who reaches the API may do
//!   everything. The API listens on the loopback interface with a token, or on a socket of mode 0600.
//! - `attach`, `port-forward`, ephemeral containers, eviction; SPDY (kubectl before 1.31 for `exec`).
//! - Conversion webhooks of definitions. Rules in CEL (`x-kubernetes-validations`) are accepted and
//!   not evaluated. Admission webhooks, aggregated APIs, quotas and limits do not exist.
//! - DaemonSets, CronJobs, NetworkPolicies, Ingresses, HorizontalPodAutoscalers,
//!   PodDisruptionBudgets: not among the resources. ControllerRevisions are not written; a StatefulSet's revision is a label.
//! - Terminals: `exec` with `tty` gets both outputs in one stream, without a terminal.
//! - Limits of resources are stored, not enforced. `activeDeadlineSeconds` is ignored.
//! - Images are directories ([`Pods::images`]); there are no registries, and an image has no command
//!   of its own.
//! - Protobuf is read for the built-in kinds, never written.
//! - `/openapi/v3` names resources and parameters, without the types of fields; `kubectl explain`
//!   has nothing to say.
//!
//! # How pods are kept apart
//!
//! With namespaces (for root, or where ordinary users may make user namespaces): a pod's container
//! sees its own root directory, its volumes, and the system's programs read-only; its own processes;
//! its own host name; and Landlock. Without: Landlock keeps files and signals in (Linux 6.12 or
//! later), and volumes are links below the container's directory, which is also its working
//! directory, so absolute mount paths do not work. Where neither is possible the cluster does not
//! start, and asks for `--unconfined`. Started by root, pods run as an unprivileged user. The
//! network is open in all cases. Each start of a container has an empty root directory, and whatever a
//! pod can have written is opened so that no link in it leads out. A supervisor for each container ends everything below it when the
//! cluster is gone, also after `kill -9`.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "a test may fail"
    )
)]

mod beneath;
mod cluster;
mod controllers;
mod error;
mod http;
mod kinds;
mod node;
mod object;
mod options;
mod patch;
mod registry;
mod schema;
mod selector;
mod status;
mod store;
mod supervise;
mod transport;
mod verbs;

pub use cluster::{Cluster, Setup};
pub use error::Error;
pub use node::{Pods, Supervisor};
pub use options::{Options, SUPERVISE, serve, stopped};
pub use status::Status;
pub use store::{StoreError, Window};
pub use supervise::supervise;
