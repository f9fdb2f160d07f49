//! What the store holds: keys, objects and the events that led to them.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::object;

/// A kind of object in the store, whatever API version it is read in: `group/plural`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Collection(Arc<str>);

impl Collection {
    /// The collection of `plural` in `group` (empty for the core group).
    #[must_use]
    pub fn new(group: &str, plural: &str) -> Self {
        Self(format!("{group}/{plural}").into())
    }

    pub(super) fn from_text(text: &str) -> Self {
        Self(text.into())
    }

    /// `group/plural`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where an object is in the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The kind of object.
    pub collection: Collection,
    /// Empty for objects of the cluster.
    pub namespace: Arc<str>,
    /// Unique in collection and namespace.
    pub name: Arc<str>,
}

impl Key {
    /// The key of an object; `namespace` is empty for objects of the cluster.
    #[must_use]
    pub fn new(collection: &Collection, namespace: &str, name: &str) -> Self {
        Self {
            collection: collection.clone(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

/// An object as it was at one version. Never changed, only replaced.
#[derive(Debug)]
pub struct Entry {
    /// Where it is.
    pub key: Key,
    /// Its `metadata.resourceVersion` as a number.
    pub version: u64,
    /// The object.
    pub object: Value,
    /// The object as JSON text, made once for all who read it.
    pub json: Bytes,
}

impl Entry {
    /// An object as it is from `version` on, which is written into it.
    pub(super) fn sealed(key: &Key, version: u64, mut object: Value) -> Arc<Self> {
        object::metadata_mut(&mut object)
            .insert("resourceVersion".into(), version.to_string().into());
        let json = Bytes::from(object.to_string());
        Arc::new(Self {
            key: key.clone(),
            version,
            object,
            json,
        })
    }
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It did not exist before.
    Added,
    /// It replaced an earlier state.
    Modified,
    /// It is gone; the entry is its last state with the version of the deletion.
    Deleted,
}

/// One step in the history of a collection.
#[derive(Debug)]
pub struct Event {
    /// What happened.
    pub change: Change,
    /// The state after it (before it for a deletion, with the deletion's version).
    pub entry: Arc<Entry>,
    /// The state before it.
    pub previous: Option<Arc<Entry>>,
}

impl Event {
    pub(super) fn weight(&self) -> usize {
        self.entry.json.len() + self.previous.as_ref().map_or(0, |entry| entry.json.len())
    }
}
