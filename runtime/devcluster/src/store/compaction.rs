//! Replacing a long journal by a snapshot, in the background.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::entry::Entry;
use super::journal::{self, Journal};
use super::recovery::{disk, numbered};
use super::sync::Syncer;
use super::{State, StoreError};

/// A journal shorter than this is left alone. Above it, one is replaced when it is more than twice
/// as long as what it holds: so the cost of a change stays bounded whatever the number of objects.
const SHORTEST: u64 = 32 << 20;

#[derive(Debug, Default)]
pub(super) struct Compaction {
    directory: Option<PathBuf>,
    running: Arc<AtomicBool>,
    shortest: Option<u64>,
}

impl Compaction {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self {
            directory: Some(directory.to_owned()),
            running: Arc::default(),
            shortest: None,
        }
    }

    #[cfg(test)]
    pub(super) fn set_shortest(&mut self, bytes: u64) {
        self.shortest = Some(bytes);
    }

    /// Starts a compaction if the journal is too long and none runs.
    pub(super) fn consider(&self, state: &mut State, syncer: Option<&Syncer>) {
        let (Some(directory), Some(syncer), Some(old)) = (&self.directory, syncer, &state.journal)
        else {
            return;
        };
        let long = self.shortest.unwrap_or(SHORTEST).max(2 * state.live_bytes);
        if old.size() < long || self.running.swap(true, Ordering::AcqRel) {
            return;
        }
        match next_journal(directory, state.version, old) {
            Ok((journal, handle)) => {
                syncer.follow(handle);
                state.journal = Some(journal);
            }
            Err(error) => {
                tracing::warn!(%error, "the journal could not be replaced; it goes on growing");
                self.running.store(false, Ordering::Release);
                return;
            }
        }
        let version = state.version;
        let collections: Vec<_> = state
            .shelves
            .values()
            .map(|shelf| shelf.objects.clone())
            .collect();
        let (directory, running) = (directory.clone(), self.running.clone());
        std::thread::spawn(move || {
            let entries = collections.iter().flat_map(|objects| objects.values());
            if let Err(error) = write(&directory, version, entries) {
                tracing::warn!(%error, "no snapshot was written; the journals are kept");
            }
            running.store(false, Ordering::Release);
        });
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.load(Ordering::Acquire)
    }
}

fn next_journal(
    directory: &Path,
    version: u64,
    old: &Journal,
) -> Result<(Journal, File), StoreError> {
    // What is in the old journal must be on the disk before anybody relies on the new one.
    old.handle()
        .and_then(|file| file.sync_data())
        .map_err(disk("sync", old.path()))?;
    let path = directory.join(format!("journal-{version:020}"));
    let journal = Journal::open(path.clone(), Some(0)).map_err(disk("open", &path))?;
    let handle = journal.handle().map_err(disk("open", &path))?;
    sync_directory(directory)?;
    Ok((journal, handle))
}

fn write<'a>(
    directory: &Path,
    version: u64,
    entries: impl Iterator<Item = &'a Arc<Entry>>,
) -> Result<(), StoreError> {
    let draft = directory.join("snapshot.draft");
    let file = File::create(&draft).map_err(disk("make", &draft))?;
    let mut output = BufWriter::new(file);
    let mut buffer = Vec::new();
    for entry in entries {
        buffer.clear();
        journal::encode(&mut buffer, entry.version, &entry.key, Some(&entry.json));
        output
            .write_all(&buffer)
            .map_err(disk("write to", &draft))?;
    }
    output
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .map_err(disk("write to", &draft))?;
    let path = directory.join(format!("snapshot-{version:020}"));
    std::fs::rename(&draft, &path).map_err(disk("rename to", &path))?;
    sync_directory(directory)?;
    for prefix in ["snapshot-", "journal-"] {
        for (number, path) in numbered(directory, prefix)? {
            if number < version {
                std::fs::remove_file(&path).map_err(disk("remove", &path))?;
            }
        }
    }
    Ok(())
}

fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    File::open(directory)
        .and_then(|file| file.sync_all())
        .map_err(disk("sync", directory))
}
