//! Deletes helper pods whose handle is gone.
//!
//! A handle drops when the guest lets go of it, when the call ends and when it traps; none
//! of these can wait. So the deletion is a task of the host. What is left when the host
//! itself ends is found by its label, by whoever sweeps or resumes the run.

use crate::capability::kube::KubeError;
use crate::capability::kube::path::Path;
use crate::capability::kube::transport::{self, JSON, LARGEST_OBJECT};
use http::Method;
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Attempts at one deletion; the pauses between them add up to several minutes.
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A pod of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnPod {
    pub(super) namespace: String,
    pub(super) name: String,
    /// So that a later pod of the same name is not meant.
    pub(super) uid: String,
}

/// Deletes helper pods in the background. Clones share the work.
#[derive(Clone)]
pub struct Sweeper {
    client: kube::Client,
    /// The uids of pods that are being deleted.
    doomed: Arc<Mutex<HashSet<String>>>,
    left: Arc<watch::Sender<usize>>,
}

impl Sweeper {
    pub(in crate::capability::kube) fn new(client: kube::Client) -> Self {
        Self {
            client,
            doomed: Arc::default(),
            left: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Waits until every deletion begun until now has ended, well or not: for a host that
    /// is to shut down.
    pub async fn idle(&self) {
        // The sender lives in `self`, so the channel is open.
        let _ = self.left.subscribe().wait_for(|left| *left == 0).await;
    }

    /// The uids of pods that are about to be deleted. To be asked before pods are listed: a
    /// list may show a pod whose deletion is done when the list arrives.
    pub(super) fn dooms(&self) -> HashSet<String> {
        self.doomed().clone()
    }

    /// Deletes a pod at once, in the background.
    pub(super) fn sweep(&self, pod: OwnPod) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            // Only a process that ends drops handles outside of its runtime.
            tracing::warn!(
                namespace = pod.namespace,
                pod = pod.name,
                "a helper pod is left"
            );
            return;
        };
        self.doomed().insert(pod.uid.clone());
        self.left.send_modify(|left| *left += 1);
        let sweeper = self.clone();
        runtime.spawn(async move {
            sweeper.persist(&pod).await;
            sweeper.doomed().remove(&pod.uid);
            sweeper
                .left
                .send_modify(|left| *left = left.saturating_sub(1));
        });
    }

    async fn persist(&self, pod: &OwnPod) {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            match self.delete(pod, 0).await {
                Ok(()) => return,
                Err(error) if attempt < ATTEMPTS && error.is_transient() => {
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
                Err(error) => {
                    let OwnPod {
                        namespace, name, ..
                    } = pod;
                    tracing::warn!(
                        namespace,
                        pod = name,
                        %error,
                        "a helper pod could not be deleted; delete it by hand"
                    );
                    return;
                }
            }
        }
    }

    /// Deletes a pod. One that is gone, or another of that name, is no error.
    pub(super) async fn delete(&self, pod: &OwnPod, grace: u32) -> Result<(), KubeError> {
        let path = Path::pod(&pod.namespace, &pod.name, None)?;
        let options = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "gracePeriodSeconds": grace,
            "preconditions": {"uid": pod.uid},
        });
        let body = (JSON, options.to_string().into_bytes());
        let request = transport::request(Method::DELETE, &path, Some(body))?;
        match transport::send(&self.client, request, LARGEST_OBJECT).await {
            Ok(_) | Err(KubeError::NotFound(_) | KubeError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn doomed(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.doomed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
