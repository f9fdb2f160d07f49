//! The gate in front of every store.
//!
//! A [`Location`] is the only way to a store, and each of its operations asks the gate
//! first, with the whole key: a guest cannot reach a store that was not asked about.

use super::{IfExists, Listing, ObjectMeta, Store, StoreUpload};
use crate::authority::{Access, Denial, StorageAccess};
use crate::capability::io::{IoError, Source};
use crate::gate::Gate;
use crate::gate::storage::ObjectKey;
use kanister_api::function::StorageOperation;
use std::ops::Range;
use std::sync::Arc;

/// Objects deleted by one `delete-prefix` before the guest hears of it; a larger prefix
/// takes several calls.
const MOST_DELETED: u64 = 1_000_000;

/// The host's side of `kanister:storage/locations.location`.
#[derive(Clone)]
pub struct Location {
    slot: String,
    prefix: Option<ObjectKey>,
    read_only: bool,
    store: Arc<dyn Store>,
    gate: Gate,
}

impl From<Denial> for IoError {
    fn from(denial: Denial) -> Self {
        Self::Denied(Box::new(denial))
    }
}

impl Location {
    /// A slot's whole location.
    pub(super) fn new(slot: String, store: Arc<dyn Store>, gate: Gate) -> Self {
        Self {
            slot,
            prefix: None,
            read_only: false,
            store,
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
        let path = self.allowed(key, StorageOperation::Read)?;
        let meta = self.store.head(path.as_str()).await?;
        Ok(self.relative(meta))
    }

    /// Objects below a prefix.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn list(&self, prefix: &str, next: Option<String>) -> Result<Listing, IoError> {
        let prefix = self.folder(prefix)?;
        self.check(&prefix, StorageOperation::Read)?;
        let Listing { items, next } = self.store.list(&prefix, next).await?;
        Ok(Listing {
            items: items.into_iter().map(|meta| self.relative(meta)).collect(),
            next,
        })
    }

    /// A part of an object.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn read(&self, key: &str, range: Range<u64>) -> Result<Source, IoError> {
        let path = self.allowed(key, StorageOperation::Read)?;
        self.store.read(path.as_str(), range).await
    }

    /// An upload that is not visible yet.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn write(&self, key: &str, mode: IfExists) -> Result<Box<dyn StoreUpload>, IoError> {
        let path = self.allowed(key, StorageOperation::Write)?;
        self.store.write(path.as_str(), mode).await
    }

    /// A copy within the location.
    ///
    /// # Errors
    /// A denial of either end, or the store's error.
    pub async fn copy(&self, src: &str, dest: &str) -> Result<ObjectMeta, IoError> {
        let src = self.allowed(src, StorageOperation::Read)?;
        let dest = self.allowed(dest, StorageOperation::Write)?;
        let meta = self.store.copy(src.as_str(), dest.as_str()).await?;
        Ok(self.relative(meta))
    }

    /// Deletes one object.
    ///
    /// # Errors
    /// A denial, or the store's error.
    pub async fn delete(&self, key: &str) -> Result<(), IoError> {
        let path = self.allowed(key, StorageOperation::Delete)?;
        self.store.delete(path.as_str()).await
    }

    /// Deletes whatever lies below a prefix and says how many objects that were.
    ///
    /// # Errors
    /// An empty prefix of a whole location, a denial, or the store's error.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<u64, IoError> {
        let folder = self.folder(prefix)?;
        if folder.is_empty() {
            return Err(IoError::Other(
                "the empty prefix of a whole location is never deleted; name a prefix".to_owned(),
            ));
        }
        self.check(&folder, StorageOperation::Delete)?;
        let mut deleted = 0;
        loop {
            // Always the first page: what was listed is gone by the next one.
            let page = self.store.list(&folder, None).await?;
            if page.items.is_empty() || deleted >= MOST_DELETED {
                return Ok(deleted);
            }
            for meta in page.items {
                self.store.delete(&meta.key).await?;
                deleted += 1;
            }
        }
    }

    fn allowed(&self, key: &str, operation: StorageOperation) -> Result<ObjectKey, IoError> {
        let path = self.path(key)?;
        self.check(path.as_str(), operation)?;
        Ok(path)
    }

    fn check(&self, path: &str, operation: StorageOperation) -> Result<(), IoError> {
        if self.read_only && operation != StorageOperation::Read {
            return Err(IoError::Other(
                "this location was made read-only by the function itself".to_owned(),
            ));
        }
        self.gate.check(&Access::Storage(StorageAccess {
            slot: self.slot.clone(),
            key: path.trim_end_matches('/').to_owned(),
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

    /// A prefix as a folder: empty, or with a slash at the end, so that `app/one` never
    /// means `app/onetwo`.
    fn folder(&self, prefix: &str) -> Result<String, IoError> {
        let prefix = prefix.trim_end_matches('/');
        let path = match (prefix, &self.prefix) {
            ("", None) => return Ok(String::new()),
            ("", Some(own)) => own.clone(),
            (prefix, _) => self.path(prefix)?,
        };
        Ok(format!("{}/", path.as_str()))
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
