//! The recent history of one collection, bounded in number and bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::entry::Event;

/// How much history a collection keeps for watchers.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// At most this many events.
    pub events: usize,
    /// At most about this many bytes of JSON.
    pub bytes: usize,
}

impl Default for Window {
    /// Kubernetes' own caches begin with 100 events of a kind. An event holds the object as text and
    /// parsed, several times its text.
    fn default() -> Self {
        Self {
            events: 1024,
            bytes: 16 << 20,
        }
    }
}

/// The history before this point is no longer kept: read the state again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired;

#[derive(Debug)]
pub(super) struct Ring {
    window: Window,
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    /// The number of events that were dropped: the absolute position of the first kept one.
    dropped: u64,
    /// Every event after this version is kept.
    floor: u64,
}

impl Ring {
    pub(super) fn new(window: Window, floor: u64) -> Self {
        Self {
            window,
            events: VecDeque::new(),
            bytes: 0,
            dropped: 0,
            floor,
        }
    }

    pub(super) fn push(&mut self, event: Arc<Event>) {
        self.bytes += event.weight();
        self.events.push_back(event);
        while self.events.len() > self.window.events
            || (self.bytes > self.window.bytes && self.events.len() > 1)
        {
            if let Some(old) = self.events.pop_front() {
                self.bytes = self.bytes.saturating_sub(old.weight());
                self.floor = old.entry.version;
                self.dropped += 1;
            }
        }
    }

    /// The absolute position of the first event after `version`.
    pub(super) fn position_after(&self, version: u64) -> Result<u64, Expired> {
        if version < self.floor {
            return Err(Expired);
        }
        let index = self
            .events
            .partition_point(|event| event.entry.version <= version);
        Ok(self.dropped + index as u64)
    }

    /// At most `limit` events from `position` on.
    pub(super) fn read(&self, position: u64, limit: usize) -> Result<Vec<Arc<Event>>, Expired> {
        let skip = position.checked_sub(self.dropped).ok_or(Expired)?;
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Ok(self.events.iter().skip(skip).take(limit).cloned().collect())
    }
}
