//! Pods as they were first stored, which are gone when a call has ended.

use futures::TryStreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{WatchEvent, WatchParams};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// A pod, as it was first stored.
pub type Seen = Value;

/// The pods that were made in a namespace.
pub struct Pods {
    api: Api<Pod>,
    seen: Arc<Mutex<Vec<Seen>>>,
    watch: tokio::task::JoinHandle<()>,
}

impl Drop for Pods {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl Pods {
    pub(crate) async fn of(client: &kube::Client, namespace: &str) -> anyhow::Result<Self> {
        let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
        let from = api.list(&Default::default()).await?;
        let version = from.metadata.resource_version.unwrap_or_default();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let events = api.watch(&WatchParams::default(), &version).await?;
        let into = Arc::clone(&seen);
        let watch = tokio::spawn(async move {
            let mut events = Box::pin(events);
            while let Ok(Some(event)) = events.try_next().await {
                if let WatchEvent::Added(pod) = event {
                    into.lock()
                        .push(serde_json::to_value(pod).unwrap_or_default());
                }
            }
        });
        Ok(Self { api, seen, watch })
    }

    /// Waits until `count` pods were made, and shows them.
    pub async fn made(&self, count: usize) -> Vec<Seen> {
        loop {
            let seen = self.seen.lock().clone();
            if seen.len() >= count {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Those made until now.
    #[must_use]
    pub fn so_far(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }

    /// Waits until a pod is in this phase, and answers with its name.
    ///
    /// # Errors
    /// The cluster's.
    pub async fn any(&self, phase: &str) -> anyhow::Result<String> {
        loop {
            for pod in self.api.list(&Default::default()).await?.items {
                let status = pod.status.unwrap_or_default();
                if status.phase.as_deref() == Some(phase) {
                    return Ok(pod.metadata.name.unwrap_or_default());
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Deletes a pod at once, as somebody else would, and waits until it is gone.
    ///
    /// # Errors
    /// The cluster's.
    pub async fn delete(&self, name: &str) -> anyhow::Result<()> {
        let at_once = kube::api::DeleteParams::default().grace_period(0);
        self.api.delete(name, &at_once).await?;
        self.none_left().await
    }

    /// Waits until the namespace has no pods.
    ///
    /// # Errors
    /// The cluster's.
    pub async fn none_left(&self) -> anyhow::Result<()> {
        while !self.api.list(&Default::default()).await?.items.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}
