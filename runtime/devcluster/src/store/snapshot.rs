//! Collections as they were at one version, kept a while for lists that are read in pages.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::entry::{Collection, Entry};
use super::ring::Expired;
use super::{Objects, Store};

/// How many snapshots are kept, and how long; Kubernetes keeps five minutes of history.
const KEPT: usize = 64;
const AGE: Duration = Duration::from_secs(300);

/// A collection at one version. Later writes do not change it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The newest version anywhere when the snapshot was taken.
    pub version: u64,
    collection: Collection,
    objects: Objects,
}

impl Snapshot {
    /// The objects in order of namespace and name, after the given place if there is one; of one
    /// namespace if given.
    pub fn iter<'a>(
        &'a self,
        namespace: Option<&'a str>,
        after: Option<(&str, &str)>,
    ) -> impl Iterator<Item = &'a Arc<Entry>> {
        let start: Bound<(Arc<str>, Arc<str>)> = match (after, namespace) {
            (Some((space, name)), _) => Bound::Excluded((space.into(), name.into())),
            (None, Some(space)) => Bound::Included((space.into(), "".into())),
            (None, None) => Bound::Unbounded,
        };
        self.objects
            .range((start, Bound::Unbounded))
            .take_while(move |((space, _), _)| namespace.is_none_or(|wanted| **space == *wanted))
            .map(|(_, entry)| entry)
    }

    /// How many objects the whole collection has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.objects.size()
    }
}

#[derive(Debug, Default)]
pub(super) struct Retained(VecDeque<(Instant, Snapshot)>);

impl Store {
    /// The collection as it is now.
    pub fn snapshot(&self, collection: &Collection) -> Snapshot {
        let mut state = self.state.lock();
        let version = state.version;
        Snapshot {
            version,
            collection: collection.clone(),
            objects: state.shelf(collection).objects.clone(),
        }
    }

    /// Keeps a snapshot for [`Store::retained`].
    pub fn retain(&self, snapshot: &Snapshot) {
        let kept = &mut self.state.lock().snapshots.0;
        kept.retain(|(since, _)| since.elapsed() < AGE);
        let known = kept.iter().any(|(_, old)| {
            old.version == snapshot.version && old.collection == snapshot.collection
        });
        if !known {
            if kept.len() >= KEPT {
                kept.pop_front();
            }
            kept.push_back((Instant::now(), snapshot.clone()));
        }
    }

    /// The collection as it was at a version that was retained.
    ///
    /// # Errors
    /// If it is no longer kept.
    pub fn retained(&self, collection: &Collection, version: u64) -> Result<Snapshot, Expired> {
        self.state
            .lock()
            .snapshots
            .0
            .iter()
            .find(|(since, old)| {
                since.elapsed() < AGE && old.version == version && old.collection == *collection
            })
            .map(|(_, old)| old.clone())
            .ok_or(Expired)
    }
}
