//! The gate in front of every store.
//!
//! A [`Location`] is the only way to a store, and each of its operations asks the gate
//! first, with the whole key: a guest cannot reach a store that was not asked about.

use super::{IfExists, Listing, ObjectMeta, Storage, Store, StoreUpload};
use crate::authority::{Access, Denial, StorageAccess};
use crate::capability::io::{IoError, Source, Summary};
use crate::gate::Gate;
use crate::gate::storage::ObjectKey;
use async_trait::async_trait;
use bytes::Bytes;
use kanister_api::function::StorageOperation;
use kanister_storage::ReadRange;
use std::sync::Arc;

/// The host's side of `kanister:storage/locations.location`.
#[derive(Clone)]
pub struct Location {
    slot: String,
    prefix: Option<ObjectKey>,
    read_only: bool,
    stores: Arc<dyn Storage>,
    gate: Gate,
}

impl From<Denial> for IoError {
    fn from(denial: Denial) -> Self {
        Self::Denied(Box::new(denial))
    }
}

impl Location {
    /// A slot's whole location.
    pub(super) fn new(slot: String, stores: Arc<dyn Storage>, gate: Gate) -> Self {
        Self {
            slot,
            prefix: None,
            read_only: false,
            stores,
            gate,
        }
    }

    /// The same location with a longer prefix.
    ///
    /// # Errors
    /// A prefix that is no plain path.
    pub fn under(&self, prefix: &str) -> Result<Self, IoError> {
        Ok(Self {
            prefix: Some(self.path(prefix.trim_end_matches('/'))?),
            ..self.clone()
        })
    }

    /// The same location without the right to write or delete.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self {
            read_only: true,
            ..self.clone()
        }
    }

    /// About one object.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn head(&self, key: &str) -> Result<ObjectMeta, IoError> {
        let path = self.path(key)?;
        let store = self.open(path.as_str(), StorageOperation::Read).await?;
        let meta = store.head(path.as_str()).await?;
        Ok(self.relative(meta))
    }

    /// Objects below a prefix.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn list(&self, prefix: &str, next: Option<String>) -> Result<Listing, IoError> {
        let folder = self.folder(prefix)?;
        let folder = folder.as_ref().map_or("", ObjectKey::as_str);
        let store = self.open(folder, StorageOperation::Read).await?;
        let Listing { items, next } = store.list(folder, next).await?;
        Ok(Listing {
            items: items.into_iter().map(|meta| self.relative(meta)).collect(),
            next,
        })
    }

    /// A part of an object.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn read(&self, key: &str, range: ReadRange) -> Result<Source, IoError> {
        let path = self.path(key)?;
        let store = self.open(path.as_str(), StorageOperation::Read).await?;
        store.read(path.as_str(), range).await
    }

    /// An upload that is not visible yet.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn write(&self, key: &str, mode: IfExists) -> Result<Box<dyn StoreUpload>, IoError> {
        let path = self.path(key)?;
        let store = self.open(path.as_str(), StorageOperation::Write).await?;
        let upload = store.write(path.as_str(), mode).await?;
        Ok(Box::new(Below {
            upload,
            location: self.clone(),
        }))
    }

    /// A copy within the location.
    ///
    /// # Errors
    /// A denial of either end, or the store's error.
    pub async fn copy(&self, src: &str, dest: &str) -> Result<ObjectMeta, IoError> {
        let (src, dest) = (self.path(src)?, self.path(dest)?);
        self.check(src.as_str(), StorageOperation::Read)?;
        let store = self.open(dest.as_str(), StorageOperation::Write).await?;
        let meta = store.copy(src.as_str(), dest.as_str()).await?;
        Ok(self.relative(meta))
    }

    /// Deletes one object.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn delete(&self, key: &str) -> Result<(), IoError> {
        let path = self.path(key)?;
        let store = self.open(path.as_str(), StorageOperation::Delete).await?;
        store.delete(path.as_str()).await
    }

    /// Deletes whatever lies below a prefix and says how many objects that were.
    ///
    /// # Errors
    /// An empty prefix of a whole location, a denial, or the store's error.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<u64, IoError> {
        let Some(folder) = self.folder(prefix)? else {
            return Err(IoError::Other(
                "the empty prefix of a whole location is never deleted; name a prefix".to_owned(),
            ));
        };
        let store = self.open(folder.as_str(), StorageOperation::Delete).await?;
        store.delete_below(folder.as_str()).await
    }

    /// The store, for one operation on `path`.
    async fn open(
        &self,
        path: &str,
        operation: StorageOperation,
    ) -> Result<Arc<dyn Store>, IoError> {
        self.check(path, operation)?;
        self.stores.open(&self.slot).await
    }

    fn check(&self, path: &str, operation: StorageOperation) -> Result<(), IoError> {
        if self.read_only && operation != StorageOperation::Read {
            return Err(IoError::Other(
                "this location was made read-only by the function itself".to_owned(),
            ));
        }
        self.gate.check(&Access::Storage(StorageAccess {
            slot: self.slot.clone(),
            key: path.to_owned(),
            operation,
        }))?;
        Ok(())
    }

    fn path(&self, key: &str) -> Result<ObjectKey, IoError> {
        let whole = match &self.prefix {
            Some(prefix) => format!("{}/{key}", prefix.as_str()),
            None => key.to_owned(),
        };
        ObjectKey::parse(&whole).map_err(|error| IoError::Other(error.to_string()))
    }

    /// A prefix as a folder; none for the whole slot.
    fn folder(&self, prefix: &str) -> Result<Option<ObjectKey>, IoError> {
        match (prefix.trim_end_matches('/'), &self.prefix) {
            ("", own) => Ok(own.clone()),
            (prefix, _) => self.path(prefix).map(Some),
        }
    }

    /// Keys as the guest knows them: below its own prefix.
    fn relative(&self, mut meta: ObjectMeta) -> ObjectMeta {
        if let Some(prefix) = &self.prefix
            && let Some(key) = meta.key.strip_prefix(prefix.as_str())
        {
            meta.key = key.trim_start_matches('/').to_owned();
        }
        meta
    }
}

/// An upload that tells its key as the guest knows it.
struct Below {
    upload: Box<dyn StoreUpload>,
    location: Location,
}

#[async_trait]
impl StoreUpload for Below {
    async fn write(&mut self, bytes: Bytes) -> Result<(), IoError> {
        self.upload.write(bytes).await
    }

    async fn commit(self: Box<Self>, expected: Option<Summary>) -> Result<ObjectMeta, IoError> {
        let Self { upload, location } = *self;
        Ok(location.relative(upload.commit(expected).await?))
    }

    async fn abort(self: Box<Self>) {
        self.upload.abort().await;
    }
}
