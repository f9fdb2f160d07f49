//! The notes of a run: what a resumed run needs besides the ActionSet.

use crate::params::{LARGEST, Snapshot};
use crate::seat::{Notes, RunStore, StoreError};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kanister_host::capability::checkpoint::CheckpointStore;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The notes of one run. Clones are the same notes.
#[derive(Clone)]
pub(crate) struct NotesBook {
    store: Arc<dyn RunStore>,
    pages: Arc<Mutex<Pages>>,
}

#[derive(Default)]
struct Pages {
    notes: Notes,
    /// Whether the store has any.
    stored: bool,
}

impl NotesBook {
    /// Notes of a run that begins.
    pub(crate) fn empty(store: Arc<dyn RunStore>) -> Self {
        Self {
            store,
            pages: Arc::default(),
        }
    }

    /// The notes that an earlier process left.
    pub(crate) async fn open(store: Arc<dyn RunStore>) -> Result<Self, StoreError> {
        let notes = store.load_notes().await?;
        let pages = Pages {
            stored: notes.is_some(),
            notes: notes.unwrap_or_default(),
        };
        Ok(Self {
            store,
            pages: Arc::new(Mutex::new(pages)),
        })
    }

    /// The parameters that an action began with.
    pub(crate) async fn snapshot(&self, action: usize) -> Option<Snapshot> {
        let pages = self.pages.lock().await;
        let text = pages.notes.get(&snapshot_key(action))?;
        serde_json::from_str(text).ok()
    }

    /// Keeps the parameters that an action begins with, unless they are too large: then they are
    /// read again by whoever goes on.
    pub(crate) async fn keep(&self, action: usize, snapshot: &Snapshot) -> Result<(), StoreError> {
        let Ok(text) = serde_json::to_string(snapshot) else {
            return Ok(());
        };
        let mut pages = self.pages.lock().await;
        let size: usize = pages.notes.values().map(String::len).sum();
        if size.saturating_add(text.len()) > LARGEST {
            tracing::warn!(
                action,
                bytes = text.len(),
                "the parameters are too large to be kept; a resumed run reads them again"
            );
            return Ok(());
        }
        self.put(&mut pages, snapshot_key(action), Some(text)).await
    }

    /// A note of the engine itself.
    pub(crate) async fn get(&self, key: &str) -> Option<String> {
        self.pages.lock().await.notes.get(key).cloned()
    }

    /// Writes a note of the engine itself.
    pub(crate) async fn set(&self, key: &str, text: &str) -> Result<(), StoreError> {
        let mut pages = self.pages.lock().await;
        self.put(&mut pages, key.to_owned(), Some(text.to_owned()))
            .await
    }

    /// Deletes all notes, if there are any.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut pages = self.pages.lock().await;
        if pages.stored {
            self.store.delete_notes().await?;
            *pages = Pages::default();
        }
        Ok(())
    }

    async fn put(
        &self,
        pages: &mut Pages,
        key: String,
        text: Option<String>,
    ) -> Result<(), StoreError> {
        let mut notes = pages.notes.clone();
        match text {
            Some(text) => notes.insert(key, text),
            None => notes.remove(&key),
        };
        if notes == pages.notes {
            return Ok(());
        }
        self.store.save_notes(&notes).await?;
        pages.notes = notes;
        pages.stored = true;
        Ok(())
    }
}

fn snapshot_key(action: usize) -> String {
    format!("params-{action}")
}

/// The checkpoint of one phase.
pub(crate) fn checkpoint(book: NotesBook, invocation: &str) -> Arc<dyn CheckpointStore> {
    Arc::new(Checkpoint {
        book,
        key: format!("checkpoint-{invocation}"),
    })
}

struct Checkpoint {
    book: NotesBook,
    key: String,
}

#[async_trait]
impl CheckpointStore for Checkpoint {
    async fn load(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(text) = self.book.get(&self.key).await else {
            return Ok(None);
        };
        let bytes = STANDARD.decode(text);
        bytes
            .map(Some)
            .map_err(|error| format!("the notes of the phase are damaged: {error}"))
    }

    async fn save(&self, notes: Vec<u8>) -> Result<(), String> {
        let text = STANDARD.encode(notes);
        let mut pages = self.book.pages.lock().await;
        // No notes are as good as none saved.
        let text = (!text.is_empty()).then_some(text);
        self.book
            .put(&mut pages, self.key.clone(), text)
            .await
            .map_err(|error| format!("the notes of the phase cannot be saved: {error}"))
    }
}
