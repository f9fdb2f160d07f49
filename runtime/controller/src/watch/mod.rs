//! The changes of one resource in one namespace, across lost connections and expired versions.

mod pause;

use crate::error::{ControllerError, said};
use futures::{StreamExt as _, pin_mut};
use kube::Api;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::{Resource, Status};
pub(crate) use pause::Pause;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fmt::Debug;
use tokio::sync::mpsc;

/// Objects in one answer of a list.
const PAGE: u32 = 500;

/// How long the server keeps one watch open; kube gives up a little later.
const SECONDS: u32 = 290;

/// The version that the server has forgotten.
const EXPIRED: u16 = 410;

/// What happened to an object.
#[derive(Debug)]
pub(crate) enum Change<K> {
    /// It is there, as it is now.
    Applied {
        /// The object.
        object: K,
        /// Whether it came to be after the first list.
        new: bool,
    },
    /// The object of this name is gone.
    Deleted(String),
    /// Everything that was there at the beginning was told.
    Synced,
}

/// A watch that goes on until its receiver is dropped.
pub(crate) struct Watch<K> {
    api: Api<K>,
    what: &'static str,
    namespace: String,
    /// The names that were told and not taken back.
    known: HashSet<String>,
    synced: bool,
    changes: mpsc::Sender<Change<K>>,
}

/// Why a watch has to do something else than go on.
enum Interruption {
    /// The list has to be read again.
    Relist,
    /// Nobody listens any more.
    Unheard,
    Failed(kube::Error),
}

impl From<kube::Error> for Interruption {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == EXPIRED => Self::Relist,
            _ => Self::Failed(error),
        }
    }
}

impl<K> Watch<K>
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    /// A watch of `what`, for messages, that tells `changes`.
    pub(crate) fn new(
        api: Api<K>,
        what: &'static str,
        namespace: &str,
        changes: mpsc::Sender<Change<K>>,
    ) -> Self {
        Self {
            api,
            what,
            namespace: namespace.to_owned(),
            known: HashSet::new(),
            synced: false,
            changes,
        }
    }

    /// Tells changes until nobody listens.
    ///
    /// # Errors
    /// [`ControllerError::Watch`] if the first list is refused. Whatever comes later is tried again.
    pub(crate) async fn run(mut self) -> Result<(), ControllerError> {
        let mut pause = Pause::default();
        let mut version = None;
        loop {
            let step = match version.take() {
                None => self.list().await,
                Some(version) => self.follow(version).await,
            };
            match step {
                Ok(next) => {
                    pause.reset();
                    version = Some(next);
                }
                Err((_, Interruption::Unheard)) => return Ok(()),
                Err((_, Interruption::Relist)) => {
                    tracing::info!(
                        resource = self.what,
                        namespace = self.namespace,
                        "the watch is too old; listing again"
                    );
                    pause.wait(None).await;
                }
                Err((reached, Interruption::Failed(error))) => {
                    if !self.synced && refused(&error) {
                        return Err(ControllerError::Watch {
                            what: self.what,
                            namespace: self.namespace,
                            why: said(&error),
                        });
                    }
                    tracing::warn!(
                        resource = self.what,
                        namespace = self.namespace,
                        error = said(&error),
                        "the watch is interrupted; trying again"
                    );
                    pause.wait(retry_after(&error)).await;
                    version = reached;
                }
            }
        }
    }

    /// Lists everything; answers with the version that the list is of.
    async fn list(&mut self) -> Result<String, (Option<String>, Interruption)> {
        let mut params = ListParams::default().limit(PAGE);
        let mut found = HashSet::new();
        let version = loop {
            let page = self
                .api
                .list(&params)
                .await
                .map_err(|error| (None, error.into()))?;
            let next = page.metadata.continue_.filter(|token| !token.is_empty());
            for object in page.items {
                found.insert(name(&object));
                self.applied(object).await.map_err(|it| (None, it))?;
            }
            match next {
                Some(token) => params = params.continue_token(&token),
                None => break page.metadata.resource_version.unwrap_or_default(),
            }
        };
        let gone: Vec<_> = self.known.difference(&found).cloned().collect();
        for name in gone {
            self.deleted(name).await.map_err(|it| (None, it))?;
        }
        if !self.synced {
            self.synced = true;
            self.tell(Change::Synced).await.map_err(|it| (None, it))?;
        }
        Ok(version)
    }

    /// Follows changes from a version on, until the server ends the watch; answers with the version
    /// that was reached, also where it is interrupted.
    async fn follow(
        &mut self,
        mut version: String,
    ) -> Result<String, (Option<String>, Interruption)> {
        let params = WatchParams::default().timeout(SECONDS);
        let events = self.api.watch(&params, &version).await;
        let events = events.map_err(|error| (Some(version.clone()), error.into()))?;
        pin_mut!(events);
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| (Some(version.clone()), error.into()))?;
            let told = match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                    version = reached(&object, version);
                    self.applied(object).await
                }
                WatchEvent::Deleted(object) => {
                    version = reached(&object, version);
                    self.deleted(name(&object)).await
                }
                WatchEvent::Bookmark(bookmark) => {
                    version = bookmark.metadata.resource_version;
                    Ok(())
                }
                WatchEvent::Error(status) => Err(kube::Error::Api(status).into()),
            };
            told.map_err(|it| (Some(version.clone()), it))?;
        }
        Ok(version)
    }

    async fn applied(&mut self, object: K) -> Result<(), Interruption> {
        let new = self.known.insert(name(&object)) && self.synced;
        self.tell(Change::Applied { object, new }).await
    }

    async fn deleted(&mut self, name: String) -> Result<(), Interruption> {
        self.known.remove(&name);
        self.tell(Change::Deleted(name)).await
    }

    async fn tell(&self, change: Change<K>) -> Result<(), Interruption> {
        let told = self.changes.send(change).await;
        told.map_err(|_| Interruption::Unheard)
    }
}

fn name<K: Resource>(object: &K) -> String {
    object.meta().name.clone().unwrap_or_default()
}

fn reached<K: Resource>(object: &K, before: String) -> String {
    object.meta().resource_version.clone().unwrap_or(before)
}

/// Whether it is of no use to ask again.
fn refused(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if matches!(status.code, 401 | 403 | 404))
}

/// How long the server wants not to be asked.
fn retry_after(error: &kube::Error) -> Option<u32> {
    match error {
        kube::Error::Api(status) => seconds(status),
        _ => None,
    }
}

fn seconds(status: &Status) -> Option<u32> {
    let details = status.details.as_ref()?;
    Some(details.retry_after_seconds).filter(|seconds| *seconds > 0)
}
