//! `kanister:storage`: object stores behind slots.
//!
//! The traits here are what an object store must offer; the gate stands in front of them
//! in [`guard`], so that no store and no host function can forget it.

mod guard;
mod guest;

use super::io::{Digest, IoError, Source, Summary};
use async_trait::async_trait;
use bytes::Bytes;
use std::ops::Range;

pub use guard::Location;
pub use guest::Upload;

/// What a store tells of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Its key below the location.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// The store's tag of this version.
    pub etag: Option<String>,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub modified: Option<u64>,
    /// A digest that the store keeps.
    pub digest: Option<Digest>,
}

/// A page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Objects, in the order of their keys.
    pub items: Vec<ObjectMeta>,
    /// Give it back for the next page.
    pub next: Option<String>,
}

/// What to do when the object is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Fail with [`IoError::AlreadyExists`].
    Fail,
    /// Replace it when the upload is committed.
    Replace,
}

/// Binds slots to stores.
#[async_trait]
pub trait Storage: Send + Sync {
    /// The store that the operator, or the action's Profile, put behind a slot.
    ///
    /// # Errors
    /// [`IoError::NotFound`] for a slot that is not bound.
    async fn open(&self, slot: &str) -> Result<Box<dyn Store>, IoError>;
}

/// One bucket and prefix. Keys are relative to it and were checked by the gate.
#[async_trait]
pub trait Store: Send + Sync {
    /// About one object.
    ///
    /// # Errors
    /// The store's.
    async fn head(&self, key: &str) -> Result<ObjectMeta, IoError>;

    /// Objects whose keys begin with `prefix`, which ends at a path segment.
    ///
    /// # Errors
    /// The store's.
    async fn list(&self, prefix: &str, next: Option<String>) -> Result<Listing, IoError>;

    /// An object's bytes.
    ///
    /// # Errors
    /// The store's.
    async fn read(&self, key: &str, range: Range<u64>) -> Result<Source, IoError>;

    /// Starts an upload.
    ///
    /// # Errors
    /// The store's.
    async fn write(&self, key: &str, mode: IfExists) -> Result<Box<dyn StoreUpload>, IoError>;

    /// Copies an object within the store.
    ///
    /// # Errors
    /// The store's.
    async fn copy(&self, src: &str, dest: &str) -> Result<ObjectMeta, IoError>;

    /// Deletes one object.
    ///
    /// # Errors
    /// The store's.
    async fn delete(&self, key: &str) -> Result<(), IoError>;
}

/// An upload that nobody sees until it is committed. Dropping it aborts it and leaves
/// nothing behind.
#[async_trait]
pub trait StoreUpload: Send {
    /// Takes bytes; returns when it has room for more.
    ///
    /// # Errors
    /// The store's.
    async fn write(&mut self, bytes: Bytes) -> Result<(), IoError>;

    /// Makes the object visible, if it is what was expected.
    ///
    /// # Errors
    /// [`IoError::ChecksumMismatch`] when `expected` is not what arrived, or the store's.
    async fn commit(self: Box<Self>, expected: Option<Summary>) -> Result<ObjectMeta, IoError>;
}
