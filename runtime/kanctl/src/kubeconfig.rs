//! What is wrong with a kubeconfig, without its lines: they hold credentials.

use std::error::Error;

use kube::config::{InferConfigError, KubeconfigError};

/// Why a kubeconfig cannot be used. Of one that is damaged the place is named and nothing is quoted.
#[must_use]
pub fn kubeconfig_fault(error: &KubeconfigError) -> String {
    let KubeconfigError::Parse(damage) = error else {
        return crate::error::chain(error);
    };
    let place = damage.location().map_or_else(String::new, |place| {
        format!(" at line {}, column {}", place.line(), place.column())
    });
    format!("the kubeconfig is damaged{place}: it is no YAML, or a field has the wrong type")
}

/// Why there is no cluster to speak to.
pub(crate) fn fault(error: &InferConfigError) -> String {
    match error.source().and_then(|e| e.downcast_ref()) {
        Some(kubeconfig) => kubeconfig_fault(kubeconfig),
        None => "the kubeconfig cannot be read".into(),
    }
}
