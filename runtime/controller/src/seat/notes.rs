//! The notes of a run: the ConfigMap `run-<uid>` in the controller's namespace.

use super::answer::store_error;
use k8s_openapi::api::core::v1::ConfigMap;
use kanister_engine::{Notes, StoreError};
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, PostParams};
use parking_lot::Mutex;

/// The ActionSet, for people who look. An annotation takes longer values than a label.
pub(super) const ACTION_SET: &str = "run.kanister.io/notes-of";

/// What all notes have, to be found by.
pub(super) const LABEL: &str = "run.kanister.io/notes";

/// The names of notes begin so; the uid follows.
pub(super) const PREFIX: &str = "run-";

/// The notes of one run.
pub(super) struct NotesPage {
    api: Api<ConfigMap>,
    name: String,
    action_set: String,
    /// The version that was last read or written; none if there is none.
    version: Mutex<Option<String>>,
}

impl NotesPage {
    pub(super) fn new(client: kube::Client, namespace: &str, uid: &str, action_set: &str) -> Self {
        Self {
            api: Api::namespaced(client, namespace),
            name: format!("{PREFIX}{uid}"),
            action_set: action_set.to_owned(),
            version: Mutex::new(None),
        }
    }

    pub(super) async fn load(&self) -> Result<Option<Notes>, StoreError> {
        let found = self
            .api
            .get_opt(&self.name)
            .await
            .map_err(|error| self.failed(&error))?;
        *self.version.lock() = found.as_ref().and_then(version);
        Ok(found.map(|page| page.data.unwrap_or_default()))
    }

    pub(super) async fn save(&self, notes: &Notes) -> Result<(), StoreError> {
        let known = self.version.lock().clone();
        let stored = match known {
            Some(known) => self.replace(notes, known).await,
            None => self.create(notes).await,
        };
        match stored {
            Ok(stored) => {
                *self.version.lock() = version(&stored);
                Ok(())
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    pub(super) async fn delete(&self) -> Result<(), StoreError> {
        match self.api.delete(&self.name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    async fn create(&self, notes: &Notes) -> Result<ConfigMap, kube::Error> {
        let created = self
            .api
            .create(&PostParams::default(), &self.page(notes, None))
            .await;
        match created {
            // Written by an attempt whose answer was lost: the journal says whose run it is.
            Err(kube::Error::Api(status)) if status.code == 409 => {
                let found = self.api.get(&self.name).await?;
                self.replace(notes, version(&found).unwrap_or_default())
                    .await
            }
            other => other,
        }
    }

    async fn replace(&self, notes: &Notes, known: String) -> Result<ConfigMap, kube::Error> {
        let page = self.page(notes, Some(known));
        self.api
            .replace(&self.name, &PostParams::default(), &page)
            .await
    }

    fn page(&self, notes: &Notes, version: Option<String>) -> ConfigMap {
        let annotation = (ACTION_SET.to_owned(), self.action_set.clone());
        ConfigMap {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                annotations: Some([annotation].into()),
                labels: Some([(LABEL.to_owned(), "true".to_owned())].into()),
                resource_version: version,
                ..ObjectMeta::default()
            },
            data: Some(notes.clone()),
            ..ConfigMap::default()
        }
    }

    /// Nobody else writes these notes, so a conflict is worth another attempt.
    fn failed(&self, error: &kube::Error) -> StoreError {
        let name = &self.name;
        let told = |why: String| format!("the ConfigMap {name} of the run's notes: {why}");
        match store_error(error) {
            StoreError::Conflict => {
                *self.version.lock() = None;
                StoreError::Unavailable(told("it was changed by somebody else".to_owned()))
            }
            StoreError::Gone => {
                *self.version.lock() = None;
                StoreError::Unavailable(told("it is gone".to_owned()))
            }
            StoreError::Rejected(why) => StoreError::Rejected(told(why)),
            StoreError::Unavailable(why) => StoreError::Unavailable(told(why)),
        }
    }
}

fn version(page: &ConfigMap) -> Option<String> {
    page.metadata.resource_version.clone()
}
