//! Object stores.

use kanister_api::function::StorageRule;

use super::super::access::StorageAccess;
use super::{Misses, Rule, common};

impl Rule for StorageRule {
    type Access = StorageAccess;

    fn misses(&self, access: &StorageAccess) -> Vec<&'static str> {
        let Self {
            slot,
            access: operations,
            prefix,
        } = self;
        Misses::default()
            .unless(*slot == access.slot, "slot")
            .unless(operations.contains(&access.operation), "access")
            .unless(prefix.contains(&access.key), "prefix")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        if self.slot != other.slot {
            return None;
        }
        Some(Self {
            slot: self.slot.clone(),
            access: common(&self.access, &other.access, |x, y| (x == y).then_some(*x))?,
            prefix: self.prefix.intersect(&other.prefix)?,
        })
    }
}
