//! Writing an object: nothing is visible before `commit`, nothing stays without it.

use bytes::Bytes;
use object_store::{MultipartUpload, PutResult};
use tokio::task::JoinSet;

use crate::checksum::{Announced, Digest, Hasher};
use crate::classify::classify;
use crate::error::{Error, Place};
use crate::key::Key;
use crate::location::{Location, ObjectMeta};
use crate::parts;
use crate::read::Summary;
use crate::target::{IfExists, Target};
use crate::waiting::Waiting;

/// How an object is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// What happens if the object is there already.
    pub if_exists: IfExists,
    /// Compute the SHA-256 of what is written, so that `commit` can compare and report it.
    pub sha256: bool,
}

/// An object on its way into a store.
pub struct Upload {
    target: Target,
    waiting: Waiting,
    /// Set once more was appended than one request takes.
    multipart: Option<Box<dyn MultipartUpload>>,
    sending: JoinSet<(usize, object_store::Result<()>)>,
    in_flight: usize,
    next_part: u32,
    total: u64,
    /// CRC32C: what Google Cloud Storage answers with. The parts' own checks are the library's.
    crc: Option<Hasher>,
    sha256: Option<Hasher>,
}

impl Upload {
    pub(crate) fn new(location: Location, key: Key, place: Place, options: WriteOptions) -> Self {
        let WriteOptions { if_exists, sha256 } = options;
        Self {
            target: Target {
                location,
                key,
                place,
                if_exists,
            },
            waiting: Waiting::default(),
            multipart: None,
            sending: JoinSet::new(),
            in_flight: 0,
            next_part: 0,
            total: 0,
            crc: Hasher::new("crc32c"),
            sha256: sha256.then(|| Hasher::new("sha-256")).flatten(),
        }
    }

    /// How many bytes were appended.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.total
    }

    /// Appends bytes. Waits while too many are on their way.
    ///
    /// # Errors
    /// What the store says, also of bytes that were appended before. The upload is then of no use but
    /// to be aborted.
    pub async fn append(&mut self, mut bytes: Bytes) -> Result<(), Error> {
        self.total += bytes.len() as u64;
        for hasher in self.crc.iter_mut().chain(&mut self.sha256) {
            hasher.update(&bytes);
        }
        loop {
            let room = parts::size(self.next_part) - self.waiting.len();
            // A full part waits for the byte behind it: without one the object is sent at once.
            if bytes.len() <= room {
                self.waiting.push(bytes);
                return Ok(());
            }
            self.waiting.push(bytes.split_to(room));
            self.send_part().await?;
        }
    }

    /// Ends the object and makes it visible. `expected`, if given, must be what was appended: its
    /// length, and its digest if it has one, a CRC32C or, if asked for in [`WriteOptions`], a SHA-256.
    ///
    /// # Errors
    /// [`Error::Unexpected`], a digest of another kind, [`Error::AlreadyExists`],
    /// [`Error::ChecksumMismatch`], and what the store says. Nothing is visible then and nothing
    /// stays.
    pub async fn commit(mut self, expected: Option<&Summary>) -> Result<ObjectMeta, Error> {
        let result = self.finish(expected).await;
        if result.is_err() {
            self.discard().await;
        }
        result
    }

    /// Gives up; nothing stays in the store.
    pub async fn abort(mut self) {
        self.discard().await;
    }

    async fn finish(&mut self, expected: Option<&Summary>) -> Result<ObjectMeta, Error> {
        let crc = self.crc.take().map(Hasher::finish);
        let sha256 = self.sha256.take().map(Hasher::finish);
        if let Some(expected) = expected {
            self.compare(expected, crc.iter().chain(&sha256))?;
        }
        let result = match self.multipart.is_some() {
            true => self.complete().await?,
            false => self.put().await?,
        };
        let answered = result.extensions.get::<Announced>();
        let stored = answered.and_then(Announced::digest);
        if let (Some(crc), Some(stored)) = (crc, stored)
            && crc.algorithm == stored.algorithm
            && crc != *stored
        {
            // The store holds something else than was sent: it must not be taken for the object.
            let path = self.target.key.path();
            let reader = &self.target.location.store.reader;
            let _ = object_store::ObjectStoreExt::delete(reader, &path).await;
            return Err(Error::ChecksumMismatch {
                place: self.target.place.clone(),
                algorithm: crc.algorithm,
            });
        }
        let full = self.target.key.as_str();
        let key = self.target.location.prefix.strip(full).unwrap_or(full);
        Ok(ObjectMeta {
            key: key.to_owned(),
            size: self.total,
            etag: result.e_tag,
            modified_ms: None,
            digest: sha256.or_else(|| stored.cloned()),
        })
    }

    /// Compares what was appended, of which these are the digests, with what was expected.
    fn compare<'d>(
        &self,
        expected: &Summary,
        mut computed: impl Iterator<Item = &'d Digest>,
    ) -> Result<(), Error> {
        let Summary { bytes, digest } = expected;
        let same = match digest {
            None => true,
            Some(digest) => match computed.find(|d| d.algorithm == digest.algorithm) {
                Some(own) => own == digest,
                None => {
                    return Err(Error::Other {
                        place: self.target.place.clone(),
                        reason: format!(
                            "a digest of the kind {:?} cannot be compared; give sha-256, crc32c or none",
                            digest.algorithm
                        ),
                    });
                }
            },
        };
        match same && *bytes == self.total {
            true => Ok(()),
            false => Err(Error::Unexpected {
                place: self.target.place.clone(),
                expected: *bytes,
                got: self.total,
            }),
        }
    }

    async fn put(&mut self) -> Result<PutResult, Error> {
        self.target.put(self.waiting.take()).await
    }

    async fn send_part(&mut self) -> Result<(), Error> {
        let payload = self.waiting.take();
        let size = payload.content_length();
        while self.in_flight > 0 && self.in_flight + size > parts::IN_FLIGHT {
            self.wait_for_one().await?;
        }
        let mut upload = match self.multipart.take() {
            Some(upload) => upload,
            None => self.target.begin().await?,
        };
        let part = upload.put_part(payload);
        self.multipart = Some(upload);
        self.sending.spawn(async move { (size, part.await) });
        self.in_flight += size;
        self.next_part += 1;
        Ok(())
    }

    async fn wait_for_one(&mut self) -> Result<(), Error> {
        match self.sending.join_next().await {
            Some(Ok((size, result))) => {
                self.in_flight -= size;
                result.map_err(|e| classify(e, &self.target.place))
            }
            Some(Err(_)) => Err(Error::Other {
                place: self.target.place.clone(),
                reason: "the upload of a part was stopped".into(),
            }),
            None => {
                self.in_flight = 0;
                Ok(())
            }
        }
    }

    async fn complete(&mut self) -> Result<PutResult, Error> {
        if self.waiting.len() > 0 {
            self.send_part().await?;
        }
        while !self.sending.is_empty() {
            self.wait_for_one().await?;
        }
        self.target.check_absent().await?;
        let result = match &mut self.multipart {
            Some(upload) => upload.complete().await,
            // Set by the part that was sent before.
            None => return self.put().await,
        };
        let result = result.map_err(|e| classify(e, &self.target.place))?;
        self.multipart = None;
        Ok(result)
    }

    async fn discard(&mut self) {
        self.sending.shutdown().await;
        if let Some(mut upload) = self.multipart.take()
            && let Err(e) = upload.abort().await
        {
            let error = classify(e, &self.target.place);
            tracing::warn!(%error, "an unfinished upload could not be removed; the store's lifecycle rules must");
        }
    }
}

impl Drop for Upload {
    /// Removes what was sent, in the background.
    fn drop(&mut self) {
        self.sending.abort_all();
        let Some(mut upload) = self.multipart.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // Nobody is left to be told.
                let _ = upload.abort().await;
            });
        }
    }
}
