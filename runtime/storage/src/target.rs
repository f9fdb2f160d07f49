//! Where an upload goes: the requests that begin it or make it at once.

use std::sync::Arc;

use object_store::{
    MultipartUpload, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

use crate::classify::classify;
use crate::error::{Error, Place};
use crate::key::Key;
use crate::location::Location;

/// What happens if the object is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfExists {
    /// It is replaced, at once and as a whole.
    #[default]
    Replace,
    /// The write fails. For an object that is sent in one request the store decides; for a larger one
    /// it is asked at the beginning and again right before the end.
    Fail,
}

/// An object that is to be written.
pub(crate) struct Target {
    pub(crate) location: Location,
    pub(crate) key: Key,
    pub(crate) place: Place,
    pub(crate) if_exists: IfExists,
}

impl Target {
    /// Makes the object in one request.
    pub(crate) async fn put(&self, payload: PutPayload) -> Result<PutResult, Error> {
        let mode = match self.if_exists {
            IfExists::Replace => PutMode::Overwrite,
            IfExists::Fail => PutMode::Create,
        };
        let path = self.key.path();
        let options = || PutOptions::from(mode.clone());
        let store = &self.location.store;
        let first = store.writer.put_opts(&path, payload.clone(), options());
        let error = match first.await {
            Ok(result) => return Ok(result),
            Err(e) => classify(e, &self.place),
        };
        match self.without_checksums(&error) {
            Some(plain) => {
                let second = plain.put_opts(&path, payload, options()).await;
                second.map_err(|e| classify(e, &self.place))
            }
            None => Err(error),
        }
    }

    /// Begins an object of several parts.
    pub(crate) async fn begin(&self) -> Result<Box<dyn MultipartUpload>, Error> {
        self.check_absent().await?;
        let path = self.key.path();
        let options = PutMultipartOptions::default;
        let writer = &self.location.store.writer;
        let error = match writer.put_multipart_opts(&path, options()).await {
            Ok(upload) => return Ok(upload),
            Err(e) => classify(e, &self.place),
        };
        match self.without_checksums(&error) {
            Some(plain) => {
                let second = plain.put_multipart_opts(&path, options()).await;
                second.map_err(|e| classify(e, &self.place))
            }
            None => Err(error),
        }
    }

    /// Fails if the object must not be there and is.
    pub(crate) async fn check_absent(&self) -> Result<(), Error> {
        if self.if_exists == IfExists::Replace {
            return Ok(());
        }
        let options = object_store::GetOptions::new().with_head(true);
        let reader = &self.location.store.reader;
        let found = reader.get_opts(&self.key.path(), options).await;
        match found.map_err(|e| classify(e, &self.place)) {
            Ok(_) => Err(Error::AlreadyExists(self.place.clone())),
            Err(Error::NotFound(_)) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// The store to try after `error`, if that may come from checksums which it does not know.
    fn without_checksums(&self, error: &Error) -> Option<&Arc<dyn ObjectStore>> {
        let plain = self.location.store.plain.as_ref();
        plain.filter(|_| matches!(error, Error::Other { .. }))
    }
}
