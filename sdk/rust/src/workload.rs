//! Helper pods.

use crate::bindings::kanister::kube::workload;
use crate::context::Context;
use crate::failure::Result;
use crate::kube::ObjectRef;
use serde_json::Value;
use std::time::Duration;
pub use workload::{ContainerOutcome, Helper, HelperRequest, LogMode, Outcome};

impl Context {
    /// Starts a helper pod, or finds the one that an earlier attempt of this call started
    /// under the same key. It is deleted when the handle drops, traps included.
    ///
    /// # Errors
    /// Denied, or the cluster refuses the pod.
    pub fn start_helper(
        &self,
        key: &str,
        namespace: Option<&str>,
        pod: &Value,
        overrides: Option<&Value>,
    ) -> Result<Helper> {
        Ok(workload::start(&HelperRequest {
            key: key.to_owned(),
            namespace: namespace.map(str::to_owned),
            pod: pod.to_string(),
            override_: overrides.map(Value::to_string),
        })?)
    }

    /// The helper that an earlier attempt of this call started under this key, if it is still
    /// there; never a new one.
    ///
    /// # Errors
    /// The cluster is not in reach.
    pub fn resume_helper(&self, key: &str, namespace: Option<&str>) -> Result<Option<Helper>> {
        Ok(workload::resume(key, namespace)?)
    }

    /// Sets the replicas of a workload and returns the count found before. With a timeout,
    /// blocks until the workload is ready at the new count.
    ///
    /// # Errors
    /// Denied, not there, or not ready in time.
    pub fn scale(&self, target: &ObjectRef, replicas: u32, wait: Option<Duration>) -> Result<u32> {
        let timeout = crate::kube::millis(wait.unwrap_or_default());
        Ok(workload::scale(target, replicas, wait.is_some(), timeout)?)
    }
}
