//! Where one ActionSet is recorded: the API server.

use super::answer::store_error;
use super::blueprints::Blueprints;
use super::notes::NotesPage;
use crate::key::Key;
use async_trait::async_trait;
use kanister_api::{ActionSet, Blueprint};
use kanister_engine::{Notes, RunStore, StoreError};
use kube::api::PostParams;
use kube::{Api, ResourceExt as _};
use parking_lot::Mutex;
use std::sync::Arc;

/// Where the status of ActionSets is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusWrites {
    /// With the object, as the definitions have it.
    WithObject,
    /// To the subresource: somebody else's definitions.
    Subresource,
}

/// One ActionSet of a cluster.
pub(crate) struct ApiStore {
    api: Api<ActionSet>,
    blueprints: Api<Blueprint>,
    remembered: Blueprints,
    notes: NotesPage,
    namespace: String,
    name: String,
    uid: String,
    writes: StatusWrites,
    /// What the watch saw: it saves the first read.
    seen: Mutex<Option<ActionSet>>,
}

impl ApiStore {
    /// The ActionSet of a key, as the watch saw it if this process did nothing with it yet; its
    /// notes are in `notes_namespace`.
    pub(crate) fn new(
        client: &kube::Client,
        notes_namespace: &str,
        key: &Key,
        uid: &str,
        seen: Option<ActionSet>,
        remembered: Blueprints,
        writes: StatusWrites,
    ) -> Self {
        let Key { namespace, name } = key;
        Self {
            api: Api::namespaced(client.clone(), namespace),
            blueprints: Api::namespaced(client.clone(), namespace),
            notes: NotesPage::new(client.clone(), notes_namespace, uid, &key.to_string()),
            remembered,
            namespace: namespace.clone(),
            name: name.clone(),
            uid: uid.to_owned(),
            writes,
            seen: Mutex::new(seen),
        }
    }

    /// Another object of the same name is not this one.
    fn same(&self, found: ActionSet) -> Result<ActionSet, StoreError> {
        if found.uid().unwrap_or_default() == self.uid {
            Ok(found)
        } else {
            Err(StoreError::Gone)
        }
    }
}

#[async_trait]
impl RunStore for ApiStore {
    async fn load(&self) -> Result<ActionSet, StoreError> {
        if let Some(seen) = self.seen.lock().take() {
            return Ok(seen);
        }
        let found = self.api.get(&self.name).await;
        self.same(found.map_err(|error| store_error(&error))?)
    }

    async fn replace(&self, record: &ActionSet) -> Result<ActionSet, StoreError> {
        let params = PostParams::default();
        let stored = self.api.replace(&self.name, &params, record).await;
        let stored = self.same(stored.map_err(|error| store_error(&error))?)?;
        if self.writes == StatusWrites::WithObject || stored.status == record.status {
            return Ok(stored);
        }
        let with_status = ActionSet {
            status: record.status.clone(),
            ..stored
        };
        let stored = self
            .api
            .replace_status(&self.name, &params, &with_status)
            .await;
        self.same(stored.map_err(|error| store_error(&error))?)
    }

    async fn blueprint(&self, name: &str) -> Result<Option<Blueprint>, StoreError> {
        let found = self.blueprints.get_opt(name).await;
        found.map_err(|error| store_error(&error))
    }

    fn remembered(&self, blueprint: &str) -> Option<Arc<Blueprint>> {
        let key = Key {
            namespace: self.namespace.clone(),
            name: blueprint.to_owned(),
        };
        self.remembered.get(&key)
    }

    async fn load_notes(&self) -> Result<Option<Notes>, StoreError> {
        self.notes.load().await
    }

    async fn save_notes(&self, notes: &Notes) -> Result<(), StoreError> {
        self.notes.save(notes).await
    }

    async fn delete_notes(&self) -> Result<(), StoreError> {
        self.notes.delete().await
    }
}
