//! ActionSets that are recorded in a cluster, written at each transition.

use async_trait::async_trait;
use kanister_api::{ActionSet, Blueprint};
use kanister_engine::{Notes, RunStore, StoreError};
use kube::Api;
use kube::api::PostParams;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One ActionSet of the cluster. Its notes stay in memory: no-op ActionSets have none.
pub struct InCluster {
    pub all: Api<ActionSet>,
    pub blueprints: Api<Blueprint>,
    pub name: String,
    pub writes: Arc<AtomicUsize>,
    pub notes: Mutex<Option<Notes>>,
}

fn told(error: kube::Error) -> StoreError {
    match error {
        kube::Error::Api(status) if status.code == 404 => StoreError::Gone,
        kube::Error::Api(status) if status.code == 409 => StoreError::Conflict,
        other => StoreError::Rejected(other.to_string()),
    }
}

#[async_trait]
impl RunStore for InCluster {
    async fn load(&self) -> Result<ActionSet, StoreError> {
        self.all.get(&self.name).await.map_err(told)
    }

    async fn replace(&self, record: &ActionSet) -> Result<ActionSet, StoreError> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        let params = PostParams::default();
        let stored = self.all.replace(&self.name, &params, record).await;
        stored.map_err(told)
    }

    async fn blueprint(&self, name: &str) -> Result<Option<Blueprint>, StoreError> {
        self.blueprints.get_opt(name).await.map_err(told)
    }

    async fn load_notes(&self) -> Result<Option<Notes>, StoreError> {
        Ok(self.kept().clone())
    }

    async fn save_notes(&self, notes: &Notes) -> Result<(), StoreError> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        *self.kept() = Some(notes.clone());
        Ok(())
    }

    async fn delete_notes(&self) -> Result<(), StoreError> {
        *self.kept() = None;
        Ok(())
    }
}

impl InCluster {
    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Notes>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
