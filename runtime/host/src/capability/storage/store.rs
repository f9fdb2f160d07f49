//! Locations of Profiles as stores. Bytes pass as they are: what a store has received goes
//! to the pump, and what the pump brings goes to the store, without a copy.

use super::{IfExists, Listing, ObjectMeta, Store, StoreUpload};
use crate::capability::io::{ByteSource, IoError, Piece, Source, Summary};
use async_trait::async_trait;
use bytes::Bytes;
use kanister_storage::{Chunk, Download, Location, ReadRange, Upload, WriteOptions};

#[async_trait]
impl Store for Location {
    async fn head(&self, key: &str) -> Result<ObjectMeta, IoError> {
        Ok(Self::head(self, key).await?)
    }

    async fn list(&self, folder: &str, next: Option<String>) -> Result<Listing, IoError> {
        Ok(Self::list(self, folder, next.as_deref()).await?)
    }

    async fn read(&self, key: &str, range: ReadRange) -> Result<Source, IoError> {
        Ok(Source::new(Self::read(self, key, range).await?))
    }

    async fn write(&self, key: &str, mode: IfExists) -> Result<Box<dyn StoreUpload>, IoError> {
        let options = WriteOptions {
            if_exists: mode,
            // What the function expects is only known at the end.
            sha256: true,
        };
        Ok(Box::new(Self::write(self, key, options)?))
    }

    async fn copy(&self, src: &str, dest: &str) -> Result<ObjectMeta, IoError> {
        Ok(Self::copy(self, src, dest).await?)
    }

    async fn delete(&self, key: &str) -> Result<(), IoError> {
        Ok(Self::delete(self, key).await?)
    }

    async fn delete_below(&self, folder: &str) -> Result<u64, IoError> {
        Ok(self.delete_prefix(folder).await?)
    }
}

#[async_trait]
impl StoreUpload for Upload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), IoError> {
        Ok(self.append(bytes).await?)
    }

    async fn commit(self: Box<Self>, expected: Option<Summary>) -> Result<ObjectMeta, IoError> {
        Ok(Self::commit(*self, expected.as_ref()).await?)
    }

    async fn abort(self: Box<Self>) {
        Self::abort(*self).await;
    }
}

#[async_trait]
impl ByteSource for Download {
    async fn next(&mut self) -> Result<Piece, IoError> {
        Ok(match self.chunk().await? {
            Chunk::Data(bytes) => Piece::Data(bytes),
            Chunk::End(summary) => Piece::End(summary.digest),
        })
    }
}
