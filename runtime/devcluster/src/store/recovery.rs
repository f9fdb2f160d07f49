//! Reading the state directory at the start.
//!
//! `snapshot-N` holds every object at version N; `journal-N` the changes after version N. A
//! snapshot appears under its name only when it is complete, and the files that it replaces are
//! removed after that, so the newest snapshot and the journals from its number on are the state.

use std::collections::HashMap;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::entry::Entry;
use super::journal::{self, End, Journal, Record};
use super::ring::Window;
use super::{State, StoreError};

/// Versions that are left out at each start: those of changes that were visible but did not reach
/// the disk are never used again for something else.
const GAP: u64 = 1_000_000;

pub(super) fn disk(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.display().to_string();
    move |source| StoreError::Disk {
        action,
        path,
        source,
    }
}

pub(super) fn lock(directory: &Path) -> Result<File, StoreError> {
    std::fs::create_dir_all(directory).map_err(disk("make", directory))?;
    // Secrets are in there.
    std::fs::set_permissions(directory, Permissions::from_mode(0o700))
        .map_err(disk("protect", directory))?;
    let path = directory.join("lock");
    let file = File::create(&path).map_err(disk("open", &path))?;
    file.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => StoreError::InUse {
            path: directory.display().to_string(),
        },
        std::fs::TryLockError::Error(source) => disk("lock", &path)(source),
    })?;
    Ok(file)
}

pub(super) fn load(directory: &Path, window: Window) -> Result<(State, File), StoreError> {
    let snapshots = numbered(directory, "snapshot-")?;
    let base = snapshots.last().map_or(0, |(number, _)| *number);
    let journals: Vec<(u64, PathBuf)> = numbered(directory, "journal-")?
        .into_iter()
        .filter(|(number, _)| *number >= base)
        .collect();
    let mut state = State::empty(base, window);
    let mut entries = HashMap::new();
    let mut size = None;
    let files = snapshots.last().into_iter().chain(&journals);
    let last = journals.last().map(|(_, path)| path.clone());
    for (_, path) in files {
        let end = journal::read(path, |record| {
            replay(&mut entries, &mut state.version, record)
        })
        .map_err(disk("read", path))?;
        match end {
            End::Clean => {}
            // The end of a write that was cut off: nobody saw it.
            End::Torn(good) if Some(path) == last.as_ref() => size = Some(good),
            End::Torn(good) => {
                return Err(StoreError::Damaged {
                    path: path.display().to_string(),
                    good,
                });
            }
        }
    }
    let fresh = base == 0 && journals.is_empty();
    if !fresh {
        state.version += GAP;
    }
    state.version = state.version.max(1);
    state.floor = state.version;
    for (key, (version, json)) in entries {
        let object = serde_json::from_slice(&json).map_err(|error| StoreError::Disk {
            action: "read an object from",
            path: directory.display().to_string(),
            source: error.into(),
        })?;
        let entry = Arc::new(Entry {
            key,
            version,
            object,
            json,
        });
        state.live_bytes += entry.json.len() as u64;
        state.owners.learn(&entry);
        let place = (entry.key.namespace.clone(), entry.key.name.clone());
        state
            .shelf(&entry.key.collection)
            .objects
            .insert_mut(place, entry.clone());
    }
    let path = last.unwrap_or_else(|| directory.join(format!("journal-{base:020}")));
    let journal = Journal::open(path.clone(), size).map_err(disk("open", &path))?;
    let handle = journal.handle().map_err(disk("open", &path))?;
    state.journal = Some(journal);
    Ok((state, handle))
}

type Loaded = HashMap<super::Key, (u64, Bytes)>;

fn replay(entries: &mut Loaded, version: &mut u64, record: Record) {
    *version = (*version).max(record.version);
    match record.json {
        Some(json) => {
            entries.insert(record.key, (record.version, json.into()));
        }
        None => {
            entries.remove(&record.key);
        }
    }
}

/// The files `PREFIX NUMBER` of the directory, by number.
pub(super) fn numbered(directory: &Path, prefix: &str) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(directory).map_err(disk("list", directory))? {
        let item = item.map_err(disk("list", directory))?;
        let name = item.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix(prefix))
            .and_then(|digits| digits.parse().ok());
        if let Some(number) = number {
            found.push((number, item.path()));
        }
    }
    found.sort();
    Ok(found)
}
