//! The gate in front of the API server.
//!
//! [`client`] makes the client of one call: a service that reads each request as the API server's
//! resolver does, asks the gate, puts secrets in, sends over the connection that all calls share,
//! and takes secrets out of what comes back. The client's users see a denial as an error of the
//! client; [`denial_of`] finds it.
//!
//! | request | what has to be allowed |
//! |---|---|
//! | any on a resource | `kubernetes`, with the verb, group, resource, subresource, namespace and name that RBAC would see; for a creation the name in the body |
//! | `…/pods/x/exec` | `exec`, with the command line from the query; a `kubernetes` rule never does |
//! | creation of a pod | `workload`, with what the body says |
//! | replacement or application of a pod, ephemeral containers | `kubernetes` and `workload` |
//! | other patches of a pod | `kubernetes`; metadata only, since a patch cannot be judged without the pod |
//! | discovery | any right in the cluster |
//! | anything else: other paths, bodies that are no JSON, foreign headers | refused |
//!
//! What this does not see: pods that a controller of the cluster makes from a Deployment, a Job and
//! the like. A `kubernetes` rule to create or change those is as strong as the admission of pods in
//! that namespace, and should be granted so.

mod access;
mod body;
mod conceal;
mod path;
mod pod;
mod query;
mod request;
mod send;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;

use super::{Gate, Reveal};
use crate::authority::Denial;

/// The client of one call: everything that it sends goes through `gate`. It shares the connections
/// of `shared`; `namespace` is its default namespace. Has to be called on a tokio runtime.
#[must_use]
pub fn client(
    shared: ::kube::Client,
    gate: Gate,
    secrets: Arc<dyn Reveal>,
    namespace: &str,
) -> ::kube::Client {
    ::kube::Client::new(send::GatedService::new(shared, gate, secrets), namespace)
}

/// The denial behind an error of a client that [`client`] made; none if the error is another.
#[must_use]
pub fn denial_of(error: &::kube::Error) -> Option<&Denial> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(denial) = error.downcast_ref::<Denial>() {
            return Some(denial);
        }
        cause = error.source();
    }
    None
}
