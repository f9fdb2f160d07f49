//! Following the history of a collection.

use std::sync::Arc;

use tokio::sync::watch;

use super::entry::{Collection, Event};
use super::ring::Expired;
use super::{Snapshot, Store};

/// How many events are handed over at once.
const BATCH: usize = 256;

/// A place in the history of a collection.
#[derive(Debug)]
pub struct Watcher {
    store: Arc<Store>,
    collection: Collection,
    position: u64,
    newest: watch::Receiver<u64>,
    version: u64,
}

/// Why a watch cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The history after that version is no longer kept.
    Expired,
    /// That version does not exist yet; the newest is given.
    Future(u64),
}

impl Watcher {
    /// Follows everything after `version`.
    ///
    /// # Errors
    /// If that version is too old or does not exist yet.
    pub fn after(
        store: &Arc<Store>,
        collection: &Collection,
        version: u64,
    ) -> Result<Self, Refused> {
        let mut state = store.state.lock();
        if version > state.version {
            return Err(Refused::Future(state.version));
        }
        let shelf = state.shelf(collection);
        let position = shelf
            .ring
            .position_after(version)
            .map_err(|Expired| Refused::Expired)?;
        Ok(Self {
            store: store.clone(),
            collection: collection.clone(),
            position,
            newest: shelf.newest.subscribe(),
            version,
        })
    }

    /// The present state, and a watcher of everything that happens after it.
    pub fn from_now(store: &Arc<Store>, collection: &Collection) -> (Snapshot, Self) {
        loop {
            let snapshot = store.snapshot(collection);
            if let Ok(watcher) = Self::after(store, collection, snapshot.version) {
                return (snapshot, watcher);
            }
        }
    }

    /// The next events, in order, each exactly once; waits for the first.
    ///
    /// # Errors
    /// If this watcher fell behind the history that is kept; it must start anew.
    pub async fn next(&mut self) -> Result<Vec<Arc<Event>>, Expired> {
        loop {
            self.newest.mark_unchanged();
            let (events, version) = self.read()?;
            self.version = version;
            if !events.is_empty() {
                return Ok(events);
            }
            if self.newest.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    fn read(&mut self) -> Result<(Vec<Arc<Event>>, u64), Expired> {
        let mut state = self.store.state.lock();
        let version = state.version;
        let events = state
            .shelf(&self.collection)
            .ring
            .read(self.position, BATCH)?;
        self.position += events.len() as u64;
        let reached = match events.last() {
            Some(last) if events.len() == BATCH => last.entry.version,
            _ => version,
        };
        Ok((events, reached))
    }

    /// A version up to which nothing was missed.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}
