//! Writing an object: nothing is visible before `commit`, nothing stays without it.

use bytes::Bytes;
use object_store::{MultipartUpload, PutPayload, PutResult};
use tokio::task::JoinSet;

use crate::checksum::{Announced, Checksum, Hasher};
use crate::classify::classify;
use crate::error::{Error, Place};
use crate::key::Key;
use crate::location::{Location, ObjectMeta};
use crate::parts;
use crate::read::Summary;
use crate::target::{IfExists, Target};

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
    /// What was appended and is not on its way yet.
    buffer: Vec<Bytes>,
    buffered: usize,
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
            buffer: Vec::new(),
            buffered: 0,
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
            let room = parts::size(self.next_part) - self.buffered;
            // A full part waits for the byte behind it: without one the object is sent at once.
            if bytes.len() <= room {
                self.buffered += bytes.len();
                if !bytes.is_empty() {
                    self.buffer.push(bytes);
                }
                return Ok(());
            }
            let head = bytes.split_to(room);
            self.buffered += head.len();
            self.buffer.push(head);
            self.send_part().await?;
        }
    }

    /// Ends the object and makes it visible. `expected`, if given, must be what was appended: its
    /// length, and its SHA-256 if it has one and one was asked for in [`WriteOptions`].
    ///
    /// # Errors
    /// [`Error::Unexpected`], [`Error::AlreadyExists`], [`Error::ChecksumMismatch`], and what the
    /// store says. Nothing is visible then and nothing stays.
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
        let sha256 = self.sha256.take().map(Hasher::finish);
        if expected.is_some_and(|e| !matches(e, self.total, sha256.as_ref())) {
            return Err(Error::Unexpected {
                place: self.target.place.clone(),
                expected: expected.map_or(0, |e| e.bytes),
                got: self.total,
            });
        }
        let result = match self.multipart.is_some() {
            true => self.complete().await?,
            false => self.put().await?,
        };
        let crc = self.crc.take().map(Hasher::finish);
        let answered = result.extensions.get::<Announced>();
        let stored = answered.and_then(Announced::checksum);
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
            checksum: sha256.or_else(|| stored.cloned()),
        })
    }

    async fn put(&mut self) -> Result<PutResult, Error> {
        let payload = std::mem::take(&mut self.buffer).into_iter().collect();
        self.target.put(payload).await
    }

    async fn send_part(&mut self) -> Result<(), Error> {
        let payload: PutPayload = std::mem::take(&mut self.buffer).into_iter().collect();
        let size = std::mem::take(&mut self.buffered);
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
        if self.buffered > 0 {
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

fn matches(expected: &Summary, total: u64, sha256: Option<&Checksum>) -> bool {
    let Summary { bytes, checksum } = expected;
    let comparable = checksum.as_ref().filter(|c| c.algorithm == "sha-256");
    *bytes == total && comparable.zip(sha256).is_none_or(|(a, b)| a == b)
}
