//! `kanister:storage`: object stores behind slots.
//!
//! The traits here are what an object store must offer; the gate stands in front of them
//! in [`guard`], so that no store and no host function can forget it. [`SlotStores`] is
//! what stands behind them outside of tests.

mod error;
mod guard;
mod guest;
mod slots;
mod store;

use super::io::{IoError, Source, Summary};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;

pub use guard::Location;
pub use guest::Upload;
pub use kanister_storage::{IfExists, Listing, ObjectMeta, ReadRange};
pub use slots::{PROFILE, ProfileSource, SlotStores};

/// Binds slots to stores.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Whether something stands behind a slot. Nothing is sent or read for it.
    ///
    /// # Errors
    /// Why nothing does, and how to change that.
    fn bound(&self, slot: &str) -> Result<(), IoError>;

    /// The store that the operator, or the action's Profile, put behind a slot. Asked for
    /// after the gate has let an access pass, each time anew.
    ///
    /// # Errors
    /// As [`Storage::bound`], and what keeps the store from being used.
    async fn open(&self, slot: &str) -> Result<Arc<dyn Store>, IoError>;
}

/// One bucket and prefix. Keys are relative to it and were checked by the gate.
#[async_trait]
pub trait Store: Send + Sync {
    /// About one object.
    ///
    /// # Errors
    /// The store's.
    async fn head(&self, key: &str) -> Result<ObjectMeta, IoError>;

    /// A page of the objects below the folder `folder`; empty: of all.
    ///
    /// # Errors
    /// The store's.
    async fn list(&self, folder: &str, next: Option<String>) -> Result<Listing, IoError>;

    /// An object's bytes.
    ///
    /// # Errors
    /// The store's.
    async fn read(&self, key: &str, range: ReadRange) -> Result<Source, IoError>;

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

    /// Deletes the objects below the folder `folder`, which is not empty, and says how many
    /// they were.
    ///
    /// # Errors
    /// The store's; some objects may then be gone.
    async fn delete_below(&self, folder: &str) -> Result<u64, IoError>;
}

/// An upload that nobody sees until it is committed. Dropping it aborts it in the
/// background.
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

    /// Gives up, and returns when nothing is left of it.
    async fn abort(self: Box<Self>);
}
