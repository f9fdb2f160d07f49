//! A disk that takes nothing any more: everything in the cluster waits for what cannot be written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;

use super::StoreError;

/// How long writes may be refused before somebody is told: room may be made meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is written to see whether there is room again.
const TRIAL: usize = 64 << 10;

/// Whether the last write was refused, and why.
#[derive(Debug)]
pub(super) struct Trouble {
    directory: Option<PathBuf>,
    last: watch::Sender<Option<String>>,
}

impl Trouble {
    /// None yet; the store is in this directory, if it is in one.
    pub(super) fn none(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
            last: watch::Sender::new(None),
        }
    }

    /// Takes note of how a write ended.
    pub(super) fn after<T>(&self, write: Result<T, StoreError>) -> Result<T, StoreError> {
        let now = match &write {
            Err(error @ StoreError::Disk { .. }) => Some(error.to_string()),
            _ => None,
        };
        self.last.send_if_modified(|last| {
            let changed = *last != now;
            *last = now;
            changed
        });
        write
    }

    /// Waits until writes are refused for longer than a moment, and says why.
    pub(super) async fn lasting(&self) -> String {
        let mut last = self.last.subscribe();
        loop {
            // It cannot end: the sender is in this value.
            drop(last.wait_for(Option::is_some).await);
            let over = async { last.wait_for(Option::is_none).await.is_ok() };
            if tokio::time::timeout(PATIENCE, over).await.is_ok() {
                continue;
            }
            // Perhaps nobody has tried again.
            if self.has_room() {
                self.last.send_replace(None);
                continue;
            }
            let why = last.borrow().clone();
            if let Some(why) = why {
                return why;
            }
        }
    }

    fn has_room(&self) -> bool {
        let Some(directory) = &self.directory else {
            return true;
        };
        let file = directory.join("trial");
        let written = std::fs::write(&file, vec![0; TRIAL]).is_ok();
        // What is left of it is overwritten the next time.
        let _ = std::fs::remove_file(&file);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T>() -> Result<T, StoreError> {
        Err(StoreError::Disk {
            action: "write to",
            path: "the journal".to_owned(),
            source: std::io::ErrorKind::StorageFull.into(),
        })
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_not_told_and_what_stays_is() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let trouble = Trouble::none(Some(&gone));
        assert!(trouble.after(refused::<()>()).is_err());
        assert!(trouble.after(Ok(())).is_ok());
        let soon = tokio::time::timeout(PATIENCE * 3, trouble.lasting()).await;
        assert!(soon.is_err(), "it has passed");
        assert!(trouble.after(refused::<()>()).is_err());
        let why = tokio::time::timeout(PATIENCE * 3, trouble.lasting()).await;
        assert!(why.unwrap().contains("the journal"));
        // There is room, and nobody has written since.
        std::fs::create_dir(&gone).unwrap();
        let soon = tokio::time::timeout(PATIENCE * 3, trouble.lasting()).await;
        assert!(soon.is_err(), "there is room again");
    }
}
