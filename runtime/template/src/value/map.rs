//! Go maps with string keys.

use super::{Type, Value};
use crate::text::Str;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A map with the type of its values. Keys are sorted by their bytes, the order in which Go prints and ranges.
///
/// A map made by a template can be changed by `set` and its kind, and is then seen changed through every reference,
/// as in Go. A map of the parameters is frozen: a template that changes maps works on a copy of the parameters.
#[derive(Debug)]
pub(crate) struct Map {
    item_type: &'static Type,
    nil: bool,
    entries: Entries,
}

type Tree = BTreeMap<Key, Value>;

#[derive(Debug)]
enum Entries {
    Frozen(Tree),
    Open(Mutex<Tree>),
}

/// A key; equal and ordered by its bytes alone.
#[derive(Debug, Clone)]
pub(crate) struct Key(pub(crate) Str);

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.0.bytes() == other.0.bytes()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> std::cmp::Ordering {
        self.0.bytes().cmp(other.0.bytes())
    }
}

impl std::borrow::Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl Map {
    pub(crate) fn frozen(
        item_type: &'static Type,
        entries: impl IntoIterator<Item = (Str, Value)>,
    ) -> Arc<Map> {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (Key(key), value))
            .collect();
        Arc::new(Map {
            item_type,
            nil: false,
            entries: Entries::Frozen(entries),
        })
    }

    /// A map that can be changed; made through the budget only, which empties it at the end.
    pub(crate) fn open(
        item_type: &'static Type,
        entries: impl IntoIterator<Item = (Str, Value)>,
    ) -> Arc<Map> {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (Key(key), value))
            .collect();
        Arc::new(Map {
            item_type,
            nil: false,
            entries: Entries::Open(Mutex::new(entries)),
        })
    }

    pub(crate) fn nil(item_type: &'static Type) -> Arc<Map> {
        Arc::new(Map {
            item_type,
            nil: true,
            entries: Entries::Frozen(Tree::new()),
        })
    }

    pub(crate) fn item_type(&self) -> &'static Type {
        self.item_type
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.nil
    }

    fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
        tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `read` with the entries; it must not touch this map again.
    fn with<T>(&self, read: impl FnOnce(&Tree) -> T) -> T {
        match &self.entries {
            Entries::Frozen(tree) => read(tree),
            Entries::Open(tree) => read(&Map::lock(tree)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.with(BTreeMap::len)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        self.with(|tree| tree.get(key).cloned())
    }

    /// The entry of a map that nothing changes; nothing for one that the template made.
    pub(crate) fn look(&self, key: &[u8]) -> Option<&Value> {
        match &self.entries {
            Entries::Frozen(tree) => tree.get(key),
            Entries::Open(_) => None,
        }
    }

    pub(crate) fn entries(&self) -> Vec<(Str, Value)> {
        self.with(|tree| {
            tree.iter()
                .map(|(key, value)| (key.0.clone(), value.clone()))
                .collect()
        })
    }

    /// Sets an entry; false if the map is frozen.
    pub(crate) fn insert(&self, key: Str, value: Value) -> bool {
        match &self.entries {
            Entries::Frozen(_) => false,
            Entries::Open(tree) => {
                let mut tree = Map::lock(tree);
                // An equal key that is there would stay, and with it its marks: the new one may be secret.
                tree.remove(key.bytes());
                tree.insert(Key(key), value);
                true
            }
        }
    }

    /// Removes an entry; false if the map is frozen.
    pub(crate) fn remove(&self, key: &[u8]) -> bool {
        match &self.entries {
            Entries::Frozen(_) => false,
            Entries::Open(tree) => {
                Map::lock(tree).remove(key);
                true
            }
        }
    }

    /// Takes everything out, so that cycles and long chains of maps end without recursion.
    pub(crate) fn clear(&self) {
        if let Entries::Open(tree) = &self.entries {
            let taken = std::mem::take(&mut *Map::lock(tree));
            drop(taken);
        }
    }
}
