//! Secrets behind slots.

use kanister_api::function::{SecretRule, SecretUse};

use super::super::access::SecretAccess;
use super::{Misses, Rule, common};

impl Rule for SecretRule {
    type Access = SecretAccess;

    fn misses(&self, access: &SecretAccess) -> Vec<&'static str> {
        let Self { slot, uses } = self;
        let wanted = if access.reveal {
            SecretUse::Reveal
        } else {
            SecretUse::Inject
        };
        Misses::default()
            .unless(*slot == access.slot, "slot")
            .unless(uses.contains(&wanted), "use")
            .0
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        if self.slot != other.slot {
            return None;
        }
        Some(Self {
            slot: self.slot.clone(),
            uses: common(&self.uses, &other.uses, |x, y| (x == y).then_some(*x))?,
        })
    }
}
