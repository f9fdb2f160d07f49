//! What stands behind the slots of a call: the action's Profile, and what grants bind.

use super::{Storage, Store};
use crate::authority::BoundSlot;
use crate::capability::io::IoError;
use async_trait::async_trait;
use kanister_api::function::KeyPrefix;
use kanister_storage::{Location, Profile, StoreOptions};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The slot of the action's own Profile.
pub const PROFILE: &str = "profile";

/// Where the Profiles of bound slots come from, with the contents of their Secrets.
#[async_trait]
pub trait ProfileSource: Send + Sync {
    /// The Profile of this namespace and name.
    ///
    /// # Errors
    /// Why there is none, naming the Profile or the Secret that is missing.
    async fn get(&self, namespace: &str, name: &str) -> Result<Profile, IoError>;
}

/// The stores behind the slots of a call. A store is opened at its first use, and stays
/// open for whoever shares this value.
pub struct SlotStores {
    slots: BTreeMap<String, Slot>,
    /// A grant claims the slot of the action's Profile.
    claimed: bool,
    options: StoreOptions,
}

struct Slot {
    place: Place,
    opened: OnceCell<Arc<Location>>,
}

enum Place {
    /// The whole location of a Profile that is at hand.
    Resolved(Box<Profile>),
    /// A folder of the location of a Profile that is read when it is needed.
    Bound {
        profiles: Arc<dyn ProfileSource>,
        namespace: String,
        name: String,
        folder: KeyPrefix,
    },
}

impl From<Place> for Slot {
    fn from(place: Place) -> Self {
        Self {
            place,
            opened: OnceCell::new(),
        }
    }
}

impl SlotStores {
    /// No slot yet. `options` say which folders file stores may use and whom to trust.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        Self {
            slots: BTreeMap::new(),
            claimed: false,
            options,
        }
    }

    /// With the action's Profile behind the slot [`PROFILE`].
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        let slot = Place::Resolved(Box::new(profile)).into();
        self.slots.insert(PROFILE.to_owned(), slot);
        self
    }

    /// With the slots that grants bind to Profiles, which are read from `profiles`.
    #[must_use]
    pub fn with_bound(
        mut self,
        slots: &BTreeMap<String, BoundSlot>,
        profiles: &Arc<dyn ProfileSource>,
    ) -> Self {
        for (slot, bound) in slots {
            let BoundSlot::Profile {
                namespace,
                name,
                prefix,
            } = bound
            else {
                continue;
            };
            if slot == PROFILE {
                self.claimed = true;
                continue;
            }
            let place = Place::Bound {
                profiles: Arc::clone(profiles),
                namespace: namespace.clone(),
                name: name.clone(),
                folder: prefix.clone(),
            };
            self.slots.insert(slot.clone(), place.into());
        }
        self
    }

    fn slot(&self, slot: &str) -> Result<&Slot, IoError> {
        let other = |text: String| Err(IoError::Other(text));
        if slot == PROFILE && self.claimed {
            return other(
                "a grant binds the slot profile, which is always the Profile of the action; remove \
                 the binding, and narrow the slot with a prefix in the grant's storage rule"
                    .to_owned(),
            );
        }
        match self.slots.get(slot) {
            Some(slot) => Ok(slot),
            None if slot == PROFILE => other(
                "the action has no Profile, so there is nothing behind the slot profile; name one \
                 in the ActionSet (`profile: {name: …, namespace: …}`)"
                    .to_owned(),
            ),
            None => other(format!(
                "no grant binds the slot {slot} to a Profile; a grant does so with `slots: \
                 {{{slot}: {{profile: {{name: …}}, prefix: …}}}}`"
            )),
        }
    }

    async fn connect(&self, place: &Place) -> Result<Arc<Location>, IoError> {
        let location = match place {
            Place::Resolved(profile) => Location::connect(profile, &self.options).await?,
            Place::Bound {
                profiles,
                namespace,
                name,
                folder,
            } => {
                let profile = profiles.get(namespace, name).await?;
                let location = Location::connect(&profile, &self.options).await?;
                location.under(folder.as_str())?
            }
        };
        Ok(Arc::new(location))
    }
}

#[async_trait]
impl Storage for SlotStores {
    fn bound(&self, slot: &str) -> Result<(), IoError> {
        self.slot(slot).map(|_| ())
    }

    async fn open(&self, slot: &str) -> Result<Arc<dyn Store>, IoError> {
        let Slot { place, opened } = self.slot(slot)?;
        let location = opened.get_or_try_init(|| self.connect(place)).await?;
        Ok(Arc::clone(location) as Arc<dyn Store>)
    }
}
