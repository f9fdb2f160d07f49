//! A pod as an access.

use kanister_api::function::PodReach;
use serde_json::Value;

use crate::authority::WorkloadAccess;

/// What a pod in `namespace` reaches; the error says why it is no pod that can be judged.
pub(super) fn workload(namespace: &str, pod: &Value) -> Result<WorkloadAccess, String> {
    let PodReach {
        images,
        service_account,
        claims,
        secrets,
        override_keys,
        features,
    } = PodReach::of(pod)?;
    Ok(WorkloadAccess {
        namespace: namespace.to_owned(),
        images,
        service_account,
        claims,
        secrets,
        override_keys,
        features,
    })
}
