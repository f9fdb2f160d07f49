//! What a guest sees of stores.

use super::{IfExists, Listing, Location, ObjectMeta, StoreUpload};
use crate::bindings::kanister::io::types as io;
use crate::bindings::kanister::storage::locations as wit;
use crate::call::CallState;
use crate::capability::io::{ByteSink, IoError, Source, Summary, Transfer};
use async_trait::async_trait;
use bytes::Bytes;
use kanister_storage::ReadRange;
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
    /// What the sources said that were appended, in their order.
    appended: Vec<Summary>,
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
            self.state.break_off(error).await;
        }
        written
    }

    async fn end(&mut self, verdict: Result<Summary, IoError>) -> Result<(), IoError> {
        self.ended = true;
        match verdict {
            Ok(summary) => self.state.appended.push(summary),
            Err(error) => self.state.break_off(&error).await,
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
}

impl Drop for Append {
    fn drop(&mut self) {
        // Reached without `end` when the transfer was dropped half-way; the upload then goes
        // in the background.
        if !self.ended {
            self.state.upload = None;
            self.state.broken.get_or_insert(IoError::Truncated);
        }
    }
}

impl UploadState {
    fn new(upload: Box<dyn StoreUpload>) -> Self {
        Self {
            upload: Some(upload),
            broken: None,
            appended: Vec::new(),
        }
    }

    /// An upload that lacks a part must never be committed.
    async fn break_off(&mut self, error: &IoError) {
        self.broken.get_or_insert_with(|| error.clone());
        if let Some(upload) = self.upload.take() {
            upload.abort().await;
        }
    }

    async fn commit(&mut self, expected: Option<Summary>) -> Result<ObjectMeta, IoError> {
        match (self.broken.clone(), self.upload.take()) {
            (Some(error), _) => Err(error),
            (None, Some(upload)) => {
                let expected = expected.map(|expected| self.without_known_digest(expected));
                upload.commit(expected).await
            }
            (None, None) => Err(IoError::Truncated),
        }
    }

    /// A digest of the one source that was appended has been checked where its bytes came
    /// from, and may be of a kind that the upload does not compute.
    fn without_known_digest(&self, mut expected: Summary) -> Summary {
        if let [only] = self.appended.as_slice()
            && only.digest == expected.digest
        {
            expected.digest = None;
        }
        expected
    }
}

impl From<ObjectMeta> for wit::ObjectMeta {
    fn from(meta: ObjectMeta) -> Self {
        let ObjectMeta {
            key,
            size,
            etag,
            modified_ms,
            digest,
        } = meta;
        Self {
            key,
            size,
            etag,
            modified_ms,
            digest: digest.map(|digest| io::Digest {
                algorithm: digest.algorithm.into_owned(),
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
        Ok(match storage.bound(&slot) {
            Ok(()) => Ok(self.push(Location::new(slot, storage, self.gate.clone()))?),
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
        let range = ReadRange { offset, length };
        let source = self.table.get(&location)?.read(&key, range).await;
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
                state: Arc::new(Mutex::new(UploadState::new(upload))),
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
        let meta = state.commit(expected.map(Into::into)).await;
        Ok(meta.map(Into::into).map_err(Into::into))
    }

    async fn drop(&mut self, upload: Resource<Upload>) -> wasmtime::Result<()> {
        let upload = self.table.delete(upload)?;
        // An append that still runs goes on holding it, and ends into nothing.
        if let Ok(mut state) = upload.state.try_lock_owned() {
            state.break_off(&IoError::Truncated).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_storage::Digest;
    use std::sync::Mutex as Seen;

    /// Notes what it is told to expect, and whether it was aborted.
    #[derive(Clone, Default)]
    struct Noted(Arc<Seen<Vec<String>>>);

    impl Noted {
        fn note(&self, what: impl Into<String>) {
            self.0.lock().unwrap().push(what.into());
        }
    }

    #[async_trait]
    impl StoreUpload for Noted {
        async fn write(&mut self, bytes: Bytes) -> Result<(), IoError> {
            self.note(format!("{} bytes", bytes.len()));
            Ok(())
        }
        async fn commit(self: Box<Self>, expected: Option<Summary>) -> Result<ObjectMeta, IoError> {
            let digest = expected.and_then(|expected| expected.digest);
            self.note(digest.map_or("no digest".into(), |digest| digest.algorithm.into_owned()));
            Err(IoError::NotFound)
        }
        async fn abort(self: Box<Self>) {
            self.note("aborted");
        }
    }

    fn summary(algorithm: &'static str) -> Summary {
        Summary {
            bytes: 1,
            digest: Some(Digest {
                algorithm: algorithm.into(),
                value: vec![1],
            }),
        }
    }

    async fn committed(appended: &[Summary], expected: Summary) -> String {
        let noted = Noted::default();
        let mut state = UploadState::new(Box::new(noted.clone()));
        state.appended = appended.to_vec();
        let _ = state.commit(Some(expected)).await;
        noted.0.lock().unwrap().join(", ")
    }

    #[tokio::test]
    async fn a_digest_that_the_only_source_has_checked_needs_no_second_check() {
        let md5 = summary("md5");
        assert_eq!(
            committed(std::slice::from_ref(&md5), md5.clone()).await,
            "no digest"
        );
        assert_eq!(committed(&[summary("crc32c")], md5.clone()).await, "md5");
        let two = [md5.clone(), md5.clone()];
        assert_eq!(committed(&two, md5).await, "md5", "of a part of the upload");
    }

    #[tokio::test]
    async fn an_upload_that_lacks_a_part_is_aborted_and_not_committed() {
        let noted = Noted::default();
        let state = Arc::new(Mutex::new(UploadState::new(Box::new(noted.clone()))));
        let mut append = Append::new(Arc::clone(&state).lock_owned().await);
        append.write("half".into()).await.unwrap();
        append.end(Err(IoError::Timeout)).await.unwrap();
        drop(append);
        let committed = state.lock().await.commit(None).await;
        assert_eq!(committed, Err(IoError::Timeout));
        assert_eq!(noted.0.lock().unwrap().join(", "), "4 bytes, aborted");
    }
}
