//! What a guest sees of stores.

use super::{IfExists, Listing, Location, ObjectMeta, StoreUpload};
use crate::bindings::kanister::io::types as io;
use crate::bindings::kanister::storage::locations as wit;
use crate::call::CallState;
use crate::capability::io::{ByteSink, IoError, Source, Summary, Transfer};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use wasmtime::component::Resource;

/// The host's side of `kanister:storage/locations.upload`.
pub struct Upload {
    state: Arc<Mutex<UploadState>>,
}

struct UploadState {
    /// None once it is committed, or broken by a source that did not end well.
    upload: Option<Box<dyn StoreUpload>>,
    broken: Option<IoError>,
}

/// Appends to an upload. It holds the upload, so appends follow each other and a commit
/// waits for them.
struct Append {
    state: OwnedMutexGuard<UploadState>,
    ended: bool,
}

#[async_trait]
impl ByteSink for Append {
    async fn write(&mut self, bytes: Bytes) -> Result<(), IoError> {
        let Some(upload) = &mut self.state.upload else {
            return Err(self.state.broken.clone().unwrap_or(IoError::Truncated));
        };
        let written = upload.write(bytes).await;
        if let Err(error) = &written {
            self.break_off(error);
        }
        written
    }

    async fn end(&mut self, verdict: Result<Summary, IoError>) -> Result<(), IoError> {
        self.ended = true;
        if let Err(error) = verdict {
            self.break_off(&error);
        }
        Ok(())
    }
}

impl Append {
    fn new(state: OwnedMutexGuard<UploadState>) -> Self {
        Self {
            state,
            ended: false,
        }
    }

    /// An upload that lacks a part must never be committed.
    fn break_off(&mut self, error: &IoError) {
        self.state.upload = None;
        self.state.broken.get_or_insert_with(|| error.clone());
    }
}

impl Drop for Append {
    fn drop(&mut self) {
        // Reached without `end` when the transfer was dropped half-way.
        if !self.ended {
            self.break_off(&IoError::Truncated);
        }
    }
}

impl From<ObjectMeta> for wit::ObjectMeta {
    fn from(meta: ObjectMeta) -> Self {
        let ObjectMeta {
            key,
            size,
            etag,
            modified,
            digest,
        } = meta;
        Self {
            key,
            size,
            etag,
            modified_ms: modified,
            digest: digest.map(|digest| io::Digest {
                algorithm: digest.algorithm,
                value: digest.value,
            }),
        }
    }
}

type Answer<T> = wasmtime::Result<Result<T, io::Error>>;

impl wit::Host for CallState {}

impl wit::HostLocation for CallState {
    async fn open(&mut self, slot: String) -> Answer<Resource<Location>> {
        let Some(storage) = self.services.storage.clone() else {
            return Ok(Err(io::Error::Unavailable(
                "this host was started without stores".to_owned(),
            )));
        };
        Ok(match storage.open(&slot).await {
            Ok(store) => {
                let location = Location::new(slot, store.into(), self.gate.clone());
                Ok(self.push(location)?)
            }
            Err(error) => Err(error.into()),
        })
    }

    async fn under(
        &mut self,
        location: Resource<Location>,
        prefix: String,
    ) -> Answer<Resource<Location>> {
        let under = self.table.get(&location)?.under(&prefix);
        Ok(match under {
            Ok(location) => Ok(self.push(location)?),
            Err(error) => Err(error.into()),
        })
    }

    async fn read_only(
        &mut self,
        location: Resource<Location>,
    ) -> wasmtime::Result<Resource<Location>> {
        let location = self.table.get(&location)?.read_only();
        self.push(location)
    }

    async fn head(&mut self, location: Resource<Location>, key: String) -> Answer<wit::ObjectMeta> {
        let meta = self.table.get(&location)?.head(&key).await;
        Ok(meta.map(Into::into).map_err(Into::into))
    }

    async fn list(
        &mut self,
        location: Resource<Location>,
        prefix: String,
        next: Option<String>,
    ) -> Answer<wit::Listing> {
        let listing = self.table.get(&location)?.list(&prefix, next).await;
        Ok(match listing {
            Ok(Listing { items, next }) => Ok(wit::Listing {
                items: items.into_iter().map(Into::into).collect(),
                next,
            }),
            Err(error) => Err(error.into()),
        })
    }

    async fn read(
        &mut self,
        location: Resource<Location>,
        key: String,
        offset: u64,
        length: Option<u64>,
    ) -> Answer<Resource<Source>> {
        let end = length.map_or(u64::MAX, |length| offset.saturating_add(length));
        let source = self.table.get(&location)?.read(&key, offset..end).await;
        Ok(match source {
            Ok(source) => Ok(self.push(source)?),
            Err(error) => Err(error.into()),
        })
    }

    async fn write(
        &mut self,
        location: Resource<Location>,
        key: String,
        mode: wit::IfExists,
    ) -> Answer<Resource<Upload>> {
        let mode = match mode {
            wit::IfExists::Fail => IfExists::Fail,
            wit::IfExists::Replace => IfExists::Replace,
        };
        let upload = self.table.get(&location)?.write(&key, mode).await;
        Ok(match upload {
            Ok(upload) => Ok(self.push(Upload {
                state: Arc::new(Mutex::new(UploadState {
                    upload: Some(upload),
                    broken: None,
                })),
            })?),
            Err(error) => Err(error.into()),
        })
    }

    async fn copy(
        &mut self,
        location: Resource<Location>,
        src: String,
        dest: String,
    ) -> Answer<wit::ObjectMeta> {
        let meta = self.table.get(&location)?.copy(&src, &dest).await;
        Ok(meta.map(Into::into).map_err(Into::into))
    }

    async fn delete(&mut self, location: Resource<Location>, key: String) -> Answer<()> {
        let deleted = self.table.get(&location)?.delete(&key).await;
        Ok(deleted.map_err(Into::into))
    }

    async fn delete_prefix(&mut self, location: Resource<Location>, prefix: String) -> Answer<u64> {
        let deleted = self.table.get(&location)?.delete_prefix(&prefix).await;
        Ok(deleted.map_err(Into::into))
    }

    async fn drop(&mut self, location: Resource<Location>) -> wasmtime::Result<()> {
        self.table.delete(location)?;
        Ok(())
    }
}

impl wit::HostUpload for CallState {
    async fn append(
        &mut self,
        upload: Resource<Upload>,
        data: Resource<Source>,
    ) -> Answer<Resource<Transfer>> {
        let source = self.table.delete(data)?;
        let state = Arc::clone(&self.table.get(&upload)?.state);
        let append = Append::new(state.lock_owned().await);
        Ok(Ok(self.push(Transfer::start(source, append))?))
    }

    async fn commit(
        &mut self,
        upload: Resource<Upload>,
        expected: Option<io::Summary>,
    ) -> Answer<wit::ObjectMeta> {
        let upload = self.table.delete(upload)?;
        let mut state = upload.state.lock_owned().await;
        let meta = match (state.broken.clone(), state.upload.take()) {
            (Some(error), _) => Err(error),
            (None, Some(upload)) => upload.commit(expected.map(Into::into)).await,
            (None, None) => Err(IoError::Truncated),
        };
        Ok(meta.map(Into::into).map_err(Into::into))
    }

    async fn drop(&mut self, upload: Resource<Upload>) -> wasmtime::Result<()> {
        self.table.delete(upload)?;
        Ok(())
    }
}
