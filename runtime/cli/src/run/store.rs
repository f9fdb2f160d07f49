//! The record of a run as files: each transition is on the disk before the next effect.

use super::state::{RunDir, record_of, write_whole};
use anyhow::Context;
use async_trait::async_trait;
use kanister_api::{ActionSet, Blueprint};
use kanister_engine::{Notes, RunStore, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The files of one run.
pub struct FileStore {
    dir: RunDir,
    current: Mutex<ActionSet>,
}

impl FileStore {
    /// Begins the record of a run. Blueprints are kept as they are now: a run that goes on later is
    /// the same.
    ///
    /// # Errors
    /// The files cannot be written.
    pub fn create(
        dir: RunDir,
        mut action_set: ActionSet,
        blueprints: &[Blueprint],
    ) -> anyhow::Result<Self> {
        let failed = || format!("the record of the run in {}", dir.path().display());
        let folder = dir.path().join("blueprints");
        fs::create_dir_all(&folder).with_context(failed)?;
        for blueprint in blueprints {
            let path = blueprint_file(
                dir.path(),
                blueprint.metadata.name.as_deref().unwrap_or_default(),
            );
            write(&path, blueprint).with_context(failed)?;
        }
        action_set.metadata.resource_version = Some("1".to_owned());
        write(&record_of(dir.path()), &action_set).with_context(failed)?;
        Ok(Self {
            dir,
            current: Mutex::new(action_set),
        })
    }

    /// Opens the record of a run that an earlier process began.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(dir: RunDir) -> anyhow::Result<Self> {
        let action_set = read(&record_of(dir.path()))?;
        Ok(Self {
            dir,
            current: Mutex::new(action_set),
        })
    }

    /// The record as it is on the disk.
    pub fn record(&self) -> ActionSet {
        self.current().clone()
    }

    /// The folder of the run.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    fn current(&self) -> std::sync::MutexGuard<'_, ActionSet> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notes_file(&self) -> PathBuf {
        self.dir.path().join("notes.json")
    }
}

/// Reads one JSON file of a run.
///
/// # Errors
/// It is not there, or is no record.
pub fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged", path.display()))
}

/// Writes one JSON file of a run.
pub fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write_whole(path, &serde_json::to_vec_pretty(value)?)
}

/// The place of a Blueprint; its name is escaped, so that it stays in the folder.
fn blueprint_file(folder: &Path, name: &str) -> PathBuf {
    let name = name.replace(['/', '%'], "%");
    folder.join("blueprints").join(format!("{name}.json"))
}

/// A full disk will not be waited for: whoever started the run is there to make room, and the run
/// can go on afterwards.
fn refused(path: &Path, error: &io::Error) -> StoreError {
    let text = format!("{} cannot be written: {error}", path.display());
    match error.kind() {
        ErrorKind::Interrupted | ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            StoreError::Unavailable(text)
        }
        _ => StoreError::Rejected(text),
    }
}

/// What a file of a run has, if it is there.
fn found<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StoreError> {
    let wrong = |what: &str, why: &dyn std::fmt::Display| {
        StoreError::Rejected(format!("{} {what}: {why}", path.display()))
    };
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| wrong("is damaged", &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong("cannot be read", &error)),
    }
}

#[async_trait]
impl RunStore for FileStore {
    async fn load(&self) -> Result<ActionSet, StoreError> {
        Ok(self.record())
    }

    async fn replace(&self, record: &ActionSet) -> Result<ActionSet, StoreError> {
        let mut current = self.current();
        let version = &current.metadata.resource_version;
        if record.metadata.resource_version != *version {
            return Err(StoreError::Conflict);
        }
        let number = version.as_deref().and_then(|it| it.parse::<u64>().ok());
        let mut next = record.clone();
        next.metadata.resource_version = Some(number.unwrap_or(0).saturating_add(1).to_string());
        let path = record_of(self.dir.path());
        write(&path, &next).map_err(|error| refused(&path, &error))?;
        *current = next.clone();
        Ok(next)
    }

    async fn blueprint(&self, name: &str) -> Result<Option<Blueprint>, StoreError> {
        let path = blueprint_file(self.dir.path(), name);
        found(&path)
    }

    async fn load_notes(&self) -> Result<Option<Notes>, StoreError> {
        let path = self.notes_file();
        found(&path)
    }

    async fn save_notes(&self, notes: &Notes) -> Result<(), StoreError> {
        let path = self.notes_file();
        write(&path, notes).map_err(|error| refused(&path, &error))
    }

    async fn delete_notes(&self) -> Result<(), StoreError> {
        let path = self.notes_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(refused(&path, &error)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::super::state::State;
    use super::*;

    fn store(folder: &Path) -> FileStore {
        let state = State::open(folder).unwrap();
        let blueprint = Blueprint {
            metadata: kanister_api::ObjectMeta {
                name: Some("b".to_owned()),
                ..Default::default()
            },
            ..Blueprint::default()
        };
        FileStore::create(state.hold("r").unwrap(), ActionSet::default(), &[blueprint]).unwrap()
    }

    #[tokio::test]
    async fn a_record_is_replaced_by_whoever_saw_the_newest_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let first = store.load().await.unwrap();
        let second = store.replace(&first).await.unwrap();
        assert_eq!(store.replace(&first).await, Err(StoreError::Conflict));
        assert_eq!(store.load().await, Ok(second.clone()));
        assert!(store.blueprint("b").await.unwrap().is_some());
        assert!(store.blueprint("../b").await.unwrap().is_none());
        let notes = Notes::from([("a".to_owned(), "1".to_owned())]);
        store.save_notes(&notes).await.unwrap();
        assert_eq!(store.load_notes().await, Ok(Some(notes)));
        store.delete_notes().await.unwrap();
        store.delete_notes().await.unwrap();
        assert_eq!(store.load_notes().await, Ok(None));
        // Another process finds it.
        drop(store);
        let state = State::open(folder.path()).unwrap();
        let opened = FileStore::open(state.hold("r").unwrap()).unwrap();
        assert_eq!(opened.record(), second);
    }
}
