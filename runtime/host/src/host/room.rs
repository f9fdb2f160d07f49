//! How many calls run at one time.

use kanister_api::function::ComponentDigest;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The key of a function: its component and its name.
type Key = (ComponentDigest, String);

/// Room for calls: of the host as a whole, and of each function that has a limit.
pub(super) struct Room {
    all: Arc<Semaphore>,
    functions: Mutex<HashMap<Key, (u32, Arc<Semaphore>)>>,
}

/// The place of one call; dropping it makes room for the next.
pub(super) struct Place {
    _own: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub(super) fn new(calls: u32) -> Self {
        Self {
            all: Arc::new(Semaphore::new(calls as usize)),
            functions: Mutex::default(),
        }
    }

    /// Waits for a place. A function that has reached its own limit waits there first, so
    /// that it takes no room from others meanwhile.
    pub(super) async fn place(&self, function: Key, limit: Option<u32>) -> Place {
        let own = match limit {
            // A closed semaphore would mean no limit; none of these is ever closed.
            Some(limit) => self.of(function, limit).acquire_owned().await.ok(),
            None => None,
        };
        Place {
            _own: own,
            _of_all: Arc::clone(&self.all).acquire_owned().await.ok(),
        }
    }

    /// The function's own semaphore. When a grant changes the limit, calls under way keep
    /// their places in the old one.
    fn of(&self, function: Key, limit: u32) -> Arc<Semaphore> {
        let mut functions = self
            .functions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let new = || (limit, Arc::new(Semaphore::new(limit.max(1) as usize)));
        let entry = functions.entry(function).or_insert_with(new);
        if entry.0 != limit {
            *entry = new();
        }
        Arc::clone(&entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::digest_of;
    use std::time::Duration;

    async fn is_free(room: &Room, function: &str, limit: Option<u32>) -> bool {
        let key = (digest_of(b""), function.to_owned());
        let place = room.place(key, limit);
        tokio::time::timeout(Duration::from_millis(20), place)
            .await
            .is_ok()
    }

    #[tokio::test]
    async fn a_function_at_its_limit_leaves_room_for_others() {
        let room = Room::new(2);
        let key = (digest_of(b""), "one".to_owned());
        let place = room.place(key, Some(1)).await;
        assert!(!is_free(&room, "one", Some(1)).await);
        assert!(is_free(&room, "two", None).await);
        drop(place);
        assert!(is_free(&room, "one", Some(1)).await);
    }
}
