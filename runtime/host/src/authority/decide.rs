//! The decision.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use kanister_api::function::{ByteSize, PodReach, Rules, Verb};

use super::access::{Access, HttpAccess, KubernetesAccess, ObjectName};
use super::context::Context;
use super::denial::Denial;
use super::effective::effective;
use super::layer::Layer;
use super::section::Rule;

/// All that one call may do. It is a snapshot: grants that change later change later calls.
#[derive(Debug)]
pub struct Authority {
    layers: Vec<Layer>,
    helper_service_account: Option<String>,
    own_pods: RwLock<BTreeSet<(String, String)>>,
}

impl Authority {
    /// The authority of a call: what all `layers` allow. Without a layer nothing is allowed.
    #[must_use]
    pub fn new(layers: Vec<Layer>, context: &Context) -> Self {
        Self {
            layers,
            helper_service_account: context.helper_service_account.clone(),
            own_pods: RwLock::default(),
        }
    }

    /// The authority of a call whose ActionSet overrides parts of its pods.
    #[must_use]
    pub fn with_pod_override(&self, reach: &PodReach) -> Self {
        let layers = self.layers.iter().cloned();
        Self {
            layers: layers.map(|layer| layer.with_pod_override(reach)).collect(),
            helper_service_account: self.helper_service_account.clone(),
            own_pods: RwLock::default(),
        }
    }

    /// Decides about an access. Takes no I/O and waits for nothing.
    ///
    /// # Errors
    /// [`Denial`] by the first layer that does not allow it.
    pub fn decide(&self, access: &Access) -> Result<(), Denial> {
        if self.is_implied(access) {
            return Ok(());
        }
        let chosen_by_host;
        let access = match access {
            Access::Workload(pod)
                if pod.service_account.is_some()
                    && pod.service_account == self.helper_service_account =>
            {
                let mut pod = pod.clone();
                pod.service_account = None;
                chosen_by_host = Access::Workload(pod);
                &chosen_by_host
            }
            access => access,
        };
        if self.layers.is_empty() {
            return Err(Denial::by_gate(
                access.to_string(),
                "this call has no authority at all",
            ));
        }
        for layer in &self.layers {
            layer
                .check(access)
                .map_err(|reason| Denial::by_layer(access, layer.kind(), &reason))?;
        }
        Ok(())
    }

    /// Notes a helper pod of this call, which the host has just created with the right to create it:
    /// to look at it, read its log and delete it needs no further right.
    pub fn adopt_pod(&self, namespace: &str, name: &str) {
        self.own_pods
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((namespace.to_owned(), name.to_owned()));
    }

    /// Whether the right to a helper pod of this call implies the access.
    fn is_implied(&self, access: &Access) -> bool {
        let Access::Kubernetes(KubernetesAccess {
            verb,
            group,
            version: _,
            resource,
            subresource,
            namespace: Some(namespace),
            name: ObjectName::Exact(name),
        }) = access
        else {
            return false;
        };
        let harmless = match subresource.as_deref() {
            None => matches!(verb, Verb::Get | Verb::List | Verb::Watch | Verb::Delete),
            Some("log") => *verb == Verb::Get,
            Some(_) => false,
        };
        harmless
            && group.is_empty()
            && resource == "pods"
            && self
                .own_pods
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&(namespace.clone(), name.clone()))
    }

    /// The longest answer that may be read from this request: of each layer the largest limit of its
    /// fitting rules, of those the smallest. None: the host's default.
    #[must_use]
    pub fn http_body_limit(&self, access: &HttpAccess) -> Option<ByteSize> {
        self.layers
            .iter()
            .filter_map(|layer| {
                let fitting = layer.rules().http.iter().filter(|rule| rule.allows(access));
                fitting.filter_map(|rule| rule.body_limit).max()
            })
            .min()
    }

    /// The layers, outermost first.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// What the layers have in common, for display.
    #[must_use]
    pub fn effective(&self) -> Rules {
        effective(&self.layers)
    }
}
