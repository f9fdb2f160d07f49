//! Who owns whom: found without looking at every object.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::entry::{Entry, Key};
use crate::object;

#[derive(Debug, Default)]
pub(super) struct OwnerIndex {
    by_uid: HashMap<Box<str>, Key>,
    dependents: HashMap<Box<str>, BTreeSet<Key>>,
}

impl OwnerIndex {
    pub(super) fn learn(&mut self, entry: &Arc<Entry>) {
        let uid = object::uid(&entry.object);
        if !uid.is_empty() {
            self.by_uid.insert(uid.into(), entry.key.clone());
        }
        for owner in owners(entry) {
            self.dependents
                .entry(owner.into())
                .or_default()
                .insert(entry.key.clone());
        }
    }

    pub(super) fn forget(&mut self, entry: &Arc<Entry>) {
        self.by_uid.remove(object::uid(&entry.object));
        for owner in owners(entry) {
            if let Some(keys) = self.dependents.get_mut(owner) {
                keys.remove(&entry.key);
                if keys.is_empty() {
                    self.dependents.remove(owner);
                }
            }
        }
    }

    pub(super) fn dependents(&self, uid: &str) -> Vec<Key> {
        self.dependents
            .get(uid)
            .map(|keys| keys.iter().cloned().collect())
            .unwrap_or_default()
    }

    pub(super) fn by_uid(&self, uid: &str) -> Option<Key> {
        self.by_uid.get(uid).cloned()
    }
}

fn owners(entry: &Entry) -> impl Iterator<Item = &str> {
    object::items(&entry.object, &["metadata", "ownerReferences"])
        .iter()
        .map(|owner| object::text(owner, &["uid"]))
}
