//! The changes of one resource in one namespace, across lost connections and expired versions.

mod page;
mod pause;

use crate::error::{ControllerError, said};
use futures::{StreamExt as _, pin_mut};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ListMeta;
use kube::Api;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::{Request, Resource, Status};
pub(crate) use pause::Pause;
use serde::de::DeserializeOwned;
use std::collections::HashSet;
use std::fmt::Debug;
use std::mem;
use tokio::sync::mpsc;

/// Objects in one answer of a list that the server reads from its store.
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
        let mut params = if self.synced {
            ListParams::default().limit(PAGE)
        } else {
            // From what the server has in memory, several times as fast. It may be a little old: the
            // watch tells what has changed since, and nothing is known yet that would be taken back.
            ListParams::default().match_any()
        };
        let mut found = HashSet::new();
        let version = loop {
            let page = self.page(&params, &mut found).await;
            let page = page.map_err(|it| (None, it))?;
            match page.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params = params.limit(PAGE).continue_token(&token),
                None => break page.resource_version.unwrap_or_default(),
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

    /// Tells the objects of one answer, and adds their names to `found`.
    async fn page(
        &mut self,
        params: &ListParams,
        found: &mut HashSet<String>,
    ) -> Result<ListMeta, Interruption> {
        let request = Request::new(self.api.resource_url()).list(params);
        let request = request.map_err(kube::Error::BuildRequest)?;
        let client = self.api.clone().into_client();
        let list = client.request_text(request).await?;
        let (mut known, mut names) = (mem::take(&mut self.known), mem::take(found));
        let (synced, changes) = (self.synced, self.changes.clone());
        // Reading it takes a while, and waits for the receiver where there are many.
        let reading = tokio::task::spawn_blocking(move || {
            let mut heard = true;
            let read = page::each(&list, |object: K| {
                names.insert(name(&object));
                let new = known.insert(name(&object)) && synced;
                let change = Change::Applied { object, new };
                heard = heard && changes.blocking_send(change).is_ok();
            });
            (known, names, heard, read)
        });
        let (known, names, heard, read) = match reading.await {
            Ok(read) => read,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime ends.
            Err(_) => return Err(Interruption::Unheard),
        };
        self.known = known;
        *found = names;
        if !heard {
            return Err(Interruption::Unheard);
        }
        Ok(read.map_err(kube::Error::SerdeError)?)
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
