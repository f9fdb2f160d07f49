//! Objects, their versions and their recent history.
//!
//! Every change gets the next version of one counter. Each collection is a persistent map ordered by
//! namespace and name, so reading one object, changing one and taking a snapshot cost O(log n)
//! whatever the number of objects, and a snapshot is never disturbed by later writes. Watchers read
//! the collection's [`Ring`](ring); one that falls behind it is told so and never misses an event
//! silently.
//!
//! A change is handed to the operating system (see [`journal`]) before anybody can see it, so
//! whatever was visible survives the end of this process. [`Store::settled`] waits until it is on
//! the disk too; writes that wait at the same time share one sync.

mod compaction;
mod entry;
mod index;
mod journal;
mod recovery;
mod ring;
mod snapshot;
mod sync;
mod trouble;
mod watcher;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rpds::RedBlackTreeMapSync;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

pub use entry::{Change, Collection, Entry, Event, Key};
pub use ring::Window;
pub use snapshot::Snapshot;
pub use watcher::{Refused, Watcher};

use index::OwnerIndex;
use journal::Journal;
use ring::Ring;
use sync::Syncer;

/// Why the store could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another object, or another version of it, is there.
    #[error("the object was changed by somebody else")]
    Conflict {
        /// The version that is there now, if any.
        found: Option<u64>,
    },
    /// The state directory cannot be used.
    #[error(
        "cannot {action} {path}: {source}; check that the state directory is on a writable disk with free space"
    )]
    Disk {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process uses the state directory.
    #[error(
        "the state directory {path} is in use by another cluster; stop that one or choose another --state"
    )]
    InUse {
        /// The directory.
        path: String,
    },
    /// The cluster of this store has ended.
    #[error("the embedded cluster has ended; nothing is written any more")]
    Closed,
    /// A file of the state directory is damaged before its end.
    #[error(
        "{path} is damaged after {good} bytes; restore the state directory or start with an empty one"
    )]
    Damaged {
        /// The file.
        path: String,
        /// How much of it is whole.
        good: u64,
    },
}

/// What must be in the store for a write to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No object with this key.
    Absent,
    /// The object at exactly this version.
    Version(u64),
}

pub(crate) type Objects = RedBlackTreeMapSync<(Arc<str>, Arc<str>), Arc<Entry>>;

#[derive(Debug)]
struct Shelf {
    objects: Objects,
    ring: Ring,
    /// The version of the newest event, for watchers that wait.
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    version: u64,
    shelves: HashMap<Collection, Shelf>,
    owners: OwnerIndex,
    live_bytes: u64,
    journal: Option<Journal>,
    window: Window,
    snapshots: snapshot::Retained,
    /// Parts of the cluster that follow everything.
    followers: Vec<mpsc::UnboundedSender<Arc<Event>>>,
    /// Watches of versions before this one are refused: their history is gone.
    floor: u64,
    /// The directory may belong to another store by now.
    closed: bool,
}

impl State {
    /// Nothing, as of `version`.
    fn empty(version: u64, window: Window) -> Self {
        Self {
            version,
            shelves: HashMap::new(),
            owners: OwnerIndex::default(),
            live_bytes: 0,
            journal: None,
            window,
            snapshots: snapshot::Retained::default(),
            followers: Vec::new(),
            floor: version,
            closed: false,
        }
    }

    fn shelf(&mut self, collection: &Collection) -> &mut Shelf {
        let (window, floor) = (self.window, self.floor);
        self.shelves
            .entry(collection.clone())
            .or_insert_with(|| Shelf {
                objects: Objects::new_sync(),
                ring: Ring::new(window, floor),
                newest: watch::Sender::new(floor),
            })
    }

    /// Takes an earlier state of an object out of the accounts.
    fn forget(&mut self, previous: Option<&Arc<Entry>>) {
        if let Some(previous) = previous {
            self.live_bytes = self.live_bytes.saturating_sub(previous.json.len() as u64);
            self.owners.forget(previous);
        }
    }

    fn find(&self, key: &Key) -> Option<&Arc<Entry>> {
        self.shelves
            .get(&key.collection)?
            .objects
            .get(&(key.namespace.clone(), key.name.clone()))
    }
}

/// All objects of a cluster.
#[derive(Debug)]
pub struct Store {
    state: Mutex<State>,
    syncer: Option<Syncer>,
    compaction: compaction::Compaction,
    trouble: trouble::Trouble,
    /// Held until the store is closed, so that no other one opens the directory.
    lock: Mutex<Option<std::fs::File>>,
}

impl Store {
    /// A store that lives in memory only.
    #[must_use]
    pub fn in_memory(window: Window) -> Self {
        Self {
            state: Mutex::new(State::empty(1, window)),
            syncer: None,
            compaction: compaction::Compaction::default(),
            trouble: trouble::Trouble::none(None),
            lock: Mutex::default(),
        }
    }

    /// Opens the store in `directory`, which is made if it is missing.
    ///
    /// # Errors
    /// If the directory cannot be used, is in use, or holds a damaged file.
    pub fn open(directory: &Path, window: Window) -> Result<Self, StoreError> {
        let lock = recovery::lock(directory)?;
        let (state, file) = recovery::load(directory, window)?;
        // What was read may be what a killed process had not brought to the disk yet.
        file.sync_data()
            .map_err(recovery::disk("sync", directory))?;
        let syncer = Syncer::start(file, state.version);
        Ok(Self {
            state: Mutex::new(state),
            syncer: Some(syncer),
            compaction: compaction::Compaction::in_directory(directory),
            trouble: trouble::Trouble::none(Some(directory)),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The version of the newest change anywhere.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }

    /// The object at `key`.
    pub fn get(&self, key: &Key) -> Option<Arc<Entry>> {
        self.state.lock().find(key).cloned()
    }

    /// Writes an object: sets its `metadata.resourceVersion` and makes the change visible.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if something else is there, [`StoreError::Disk`] if the change
    /// cannot be recorded, [`StoreError::Closed`]; nothing is changed then.
    pub fn put(&self, key: &Key, expect: Expect, object: Value) -> Result<Arc<Entry>, StoreError> {
        let mut state = self.state.lock();
        let previous = state.find(key).cloned();
        check(&state, previous.as_ref(), expect)?;
        let version = state.version + 1;
        let entry = Entry::sealed(key, version, object);
        let written = append(&mut state, version, key, Some(&entry.json));
        self.trouble.after(written)?;
        state.live_bytes += entry.json.len() as u64;
        state.forget(previous.as_ref());
        state.owners.learn(&entry);
        state
            .shelf(&key.collection)
            .objects
            .insert_mut((key.namespace.clone(), key.name.clone()), entry.clone());
        let change = if previous.is_some() {
            Change::Modified
        } else {
            Change::Added
        };
        self.publish(state, change, entry.clone(), previous);
        Ok(entry)
    }

    /// Removes the object at `key`, whose last state becomes `object`, and returns that state with
    /// the version of the removal.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn remove(&self, key: &Key, version: u64, object: Value) -> Result<Arc<Entry>, StoreError> {
        let mut state = self.state.lock();
        let previous = state.find(key).cloned();
        check(&state, previous.as_ref(), Expect::Version(version))?;
        let version = state.version + 1;
        self.trouble.after(append(&mut state, version, key, None))?;
        let entry = Entry::sealed(key, version, object);
        state.forget(previous.as_ref());
        state
            .shelf(&key.collection)
            .objects
            .remove_mut(&(key.namespace.clone(), key.name.clone()));
        self.publish(state, Change::Deleted, entry.clone(), previous);
        Ok(entry)
    }

    fn publish(
        &self,
        mut state: parking_lot::MutexGuard<'_, State>,
        change: Change,
        entry: Arc<Entry>,
        previous: Option<Arc<Entry>>,
    ) {
        let version = entry.version;
        state.version = version;
        let event = Arc::new(Event {
            change,
            entry,
            previous,
        });
        state
            .followers
            .retain(|follower| follower.send(event.clone()).is_ok());
        let shelf = state.shelf(&event.entry.key.collection);
        shelf.ring.push(event);
        shelf.newest.send_replace(version);
        if let Some(syncer) = &self.syncer {
            syncer.written(version);
        }
        self.compaction.consider(&mut state, self.syncer.as_ref());
    }

    /// Waits until the change with this version, and all before it, are on the disk.
    ///
    /// # Errors
    /// [`StoreError::Disk`] if the disk refuses.
    pub async fn settled(&self, version: u64) -> Result<(), StoreError> {
        match &self.syncer {
            Some(syncer) => syncer.settled(version).await,
            None => Ok(()),
        }
    }

    /// Waits until the disk takes nothing any more, for longer than a moment, and says why.
    pub async fn broken(&self) -> String {
        match &self.syncer {
            Some(syncer) => tokio::select! {
                why = self.trouble.lasting() => why,
                why = syncer.failed() => why,
            },
            None => std::future::pending().await,
        }
    }

    /// Ends all writing and gives the directory free, whoever still reads from here.
    pub async fn close(&self) {
        let version = {
            let mut state = self.state.lock();
            state.closed = true;
            state.version
        };
        // A disk that refuses has been complained of by those who wrote.
        let _ = self.settled(version).await;
        while self.compaction.is_running() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        self.lock.lock().take();
    }

    /// Everything that happens from now on, in every collection, without a bound: for parts of the
    /// cluster that keep up.
    pub(crate) fn follow(&self) -> mpsc::UnboundedReceiver<Arc<Event>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.state.lock().followers.push(sender);
        receiver
    }

    /// The objects that name `uid` as an owner.
    pub fn dependents(&self, uid: &str) -> Vec<Key> {
        self.state.lock().owners.dependents(uid)
    }

    /// Where the object with this uid is.
    pub fn by_uid(&self, uid: &str) -> Option<Key> {
        self.state.lock().owners.by_uid(uid)
    }

    /// The collections that hold at least one object.
    pub fn collections(&self) -> Vec<Collection> {
        let state = self.state.lock();
        state
            .shelves
            .iter()
            .filter(|(_, shelf)| !shelf.objects.is_empty())
            .map(|(collection, _)| collection.clone())
            .collect()
    }
}

fn check(state: &State, found: Option<&Arc<Entry>>, expect: Expect) -> Result<(), StoreError> {
    if state.closed {
        return Err(StoreError::Closed);
    }
    let found = found.map(|entry| entry.version);
    let fits = match expect {
        Expect::Absent => found.is_none(),
        Expect::Version(version) => found == Some(version),
    };
    if fits {
        Ok(())
    } else {
        Err(StoreError::Conflict { found })
    }
}

fn append(
    state: &mut State,
    version: u64,
    key: &Key,
    json: Option<&[u8]>,
) -> Result<(), StoreError> {
    let Some(journal) = &mut state.journal else {
        return Ok(());
    };
    journal
        .append(version, key, json)
        .map_err(|source| StoreError::Disk {
            action: "write to",
            path: journal.path().display().to_string(),
            source,
        })
}

#[cfg(test)]
mod tests;
