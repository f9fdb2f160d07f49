//! Checkpoints that a test looks into.

use async_trait::async_trait;
use kanister_host::capability::checkpoint::CheckpointStore;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Notify;

/// Keeps what was saved, and may stand still after one of the savings as if the process ended
/// there.
#[derive(Default)]
pub struct Notes {
    saved: Mutex<Vec<Vec<u8>>>,
    stands_still_after: Option<usize>,
    standing: Notify,
}

impl Notes {
    /// Notes whose `count`th saving is durable and never returns.
    #[must_use]
    pub fn standing_still_after(count: usize) -> Self {
        Self {
            stands_still_after: Some(count),
            ..Self::default()
        }
    }

    /// What was saved, in order.
    #[must_use]
    pub fn saved(&self) -> Vec<Value> {
        let saved = self.saved.lock();
        let notes = saved.iter().map(|note| serde_json::from_slice(note));
        notes.map(Result::unwrap_or_default).collect()
    }

    /// Waits until a saving stands still.
    pub async fn standing(&self) {
        self.standing.notified().await;
    }

    /// The same notes for an attempt after the interruption.
    #[must_use]
    pub fn after_interruption(&self) -> Self {
        Self {
            saved: Mutex::new(self.saved.lock().clone()),
            ..Self::default()
        }
    }
}

#[async_trait]
impl CheckpointStore for Notes {
    async fn load(&self) -> Result<Option<Vec<u8>>, String> {
        Ok(self.saved.lock().last().cloned())
    }

    async fn save(&self, notes: Vec<u8>) -> Result<(), String> {
        let count = {
            let mut saved = self.saved.lock();
            saved.push(notes);
            saved.len()
        };
        if self.stands_still_after == Some(count) {
            self.standing.notify_one();
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}
