//! ReplicaSets.

use std::sync::Arc;

use serde_json::json;

use super::pods::{is_active, is_available, is_ready};
use super::{Context, Outcome};
use crate::object::{at, integer, is_terminating, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;

const COMPONENT: &str = "replicaset-controller";

impl Context {
    pub(super) fn replica_set(&self, set: &Arc<Entry>) -> Result<Outcome, Status> {
        let pods = self.owned(set, Known::Pod)?;
        let mut active: Vec<_> = pods
            .iter()
            .filter(|pod| is_active(&pod.object))
            .cloned()
            .collect();
        if !is_terminating(&set.object) {
            let wanted = usize::try_from(integer(&set.object, &["spec", "replicas"]).unwrap_or(1))
                .unwrap_or_default();
            for _ in active.len()..wanted {
                self.create_pod(set, COMPONENT, |_| {})?;
            }
            // Those that run the least go first, then the youngest.
            active.sort_by_key(|pod| {
                let age = text(&pod.object, &["metadata", "creationTimestamp"]).to_owned();
                (
                    !is_ready(&pod.object),
                    text(&pod.object, &["spec", "nodeName"]).is_empty(),
                    age,
                )
            });
            for pod in active.iter().skip(wanted) {
                self.delete_pod(set, COMPONENT, pod)?;
            }
            active.truncate(wanted);
        }
        let current = self.owned(set, Known::Pod)?;
        let current: Vec<_> = current
            .iter()
            .filter(|pod| is_active(&pod.object))
            .collect();
        let seconds = integer(&set.object, &["spec", "minReadySeconds"]).unwrap_or_default();
        let ready = current.iter().filter(|pod| is_ready(&pod.object)).count();
        let available = current
            .iter()
            .filter(|pod| is_available(&pod.object, seconds))
            .count();
        let mut status = json!({"replicas": current.len(), "observedGeneration": at(&set.object, &["metadata", "generation"])});
        for (field, count) in [
            ("fullyLabeledReplicas", current.len()),
            ("readyReplicas", ready),
            ("availableReplicas", available),
        ] {
            if count > 0 {
                crate::object::set(&mut status, &[field], count.into());
            }
        }
        self.write_status(Known::ReplicaSet, set, &status)?;
        Ok(if ready == available {
            Outcome::Done
        } else {
            Outcome::Again
        })
    }
}
