//! Deleting: one object, or what lies below a prefix in whole segments.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _};

use crate::classify::classify;
use crate::error::Error;
use crate::key::Prefix;
use crate::location::{Location, is_below};
use crate::store::FILE_ENDPOINT;

/// Pauses before what is left is deleted again.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

impl Location {
    /// Deletes the object `path`. One that is not there counts as deleted, as S3 has it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn delete(&self, path: &str) -> Result<(), Error> {
        let (key, place) = self.key(path)?;
        self.writable(&place)?;
        // The file system would refuse a folder of that name in words of its own.
        if place.endpoint == FILE_ENDPOINT
            && matches!(self.head(path).await, Err(Error::NotFound(_)))
        {
            return Ok(());
        }
        match self.store.reader.delete(&key.path()).await {
            Ok(()) => Ok(()),
            Err(e) => match classify(e, &place) {
                Error::NotFound(_) => Ok(()),
                other => Err(other),
            },
        }
    }

    /// Deletes what lies below `path/` and returns how many objects that were. `path` itself and
    /// neighbours that merely begin with the same letters stay.
    ///
    /// # Errors
    /// An empty path ([`Error::WholeBucket`]), and what the store says; some objects may then be
    /// deleted already.
    pub async fn delete_prefix(&self, path: &str) -> Result<u64, Error> {
        if Prefix::parse(path)?.is_root() {
            return Err(self.whole_bucket());
        }
        self.delete_below(&self.prefix.join(path)?).await
    }

    /// Deletes everything below the location's own prefix and returns how many objects that were.
    ///
    /// # Errors
    /// A location without prefix ([`Error::WholeBucket`]); else as [`Location::delete_prefix`].
    pub async fn delete_all(&self) -> Result<u64, Error> {
        if self.prefix.is_root() {
            return Err(self.whole_bucket());
        }
        self.delete_below(&self.prefix).await
    }

    fn whole_bucket(&self) -> Error {
        Error::WholeBucket {
            bucket: self.store.bucket.clone(),
        }
    }

    /// Deletes until nothing is found any more. The library does not repeat requests that delete many
    /// objects at once; deleting what is gone already does no harm.
    async fn delete_below(&self, prefix: &Prefix) -> Result<u64, Error> {
        self.writable(&self.store.place(&prefix.to_string()))?;
        let mut count = 0;
        for pause in PAUSES {
            match self.delete_found(prefix, &mut count).await {
                Err(e) if e.is_retryable() => {
                    tracing::info!(error = %e, "deleting again what is left");
                    tokio::time::sleep(pause).await;
                }
                result => return result.map(|()| count),
            }
        }
        self.delete_found(prefix, &mut count).await.map(|()| count)
    }

    async fn delete_found(&self, prefix: &Prefix, count: &mut u64) -> Result<(), Error> {
        let place = self.store.place(&prefix.to_string());
        let reader = &self.store.reader;
        let inside = prefix.clone();
        let found = reader
            .list(Some(&prefix.path()))
            .try_filter(move |meta| std::future::ready(is_below(meta, &inside)))
            .map_ok(|meta| meta.location)
            .boxed();
        let mut deleted = reader.delete_stream(found);
        while let Some(result) = deleted.next().await {
            match result.map_err(|e| classify(e, &place)) {
                Ok(_) => *count += 1,
                // Deleted by somebody else in between.
                Err(Error::NotFound(_)) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}
