//! Reading an object: a stream that ends with a verdict.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore as _};

use crate::checksum::{Announced, Digest, Hasher};
use crate::classify::classify;
use crate::error::{Error, Place};
use crate::key::Key;
use crate::store::Store;

/// How much is read of a file at once.
const FILE_CHUNK: usize = 1 << 20;

/// How many such pieces may wait for their reader.
const FILE_CHUNKS_AHEAD: usize = 4;

/// Some stores send a few KiB at a time. To hand each on costs more than to copy it, so that they are
/// gathered until there are this many bytes.
const PIECE: usize = 256 << 10;

/// What is handed on as it comes.
const LONG: usize = 64 << 10;

/// Which bytes of an object to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadRange {
    /// The first byte.
    pub offset: u64,
    /// How many bytes at most; None: to the end.
    pub length: Option<u64>,
}

/// What has passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many bytes.
    pub bytes: u64,
    /// A digest over them, if there is one; of an object the one that was compared with the store's.
    pub digest: Option<Digest>,
}

/// What a [`Download`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// Some bytes, never none; not few of them but at the end.
    Data(Bytes),
    /// The bytes are complete, and are those that the store keeps as far as it lets that be checked.
    End(Summary),
}

/// The bytes of an object on their way.
pub struct Download {
    place: Place,
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    expected: u64,
    got: u64,
    gathered: BytesMut,
    check: Option<(Hasher, Digest)>,
    ended: Option<Summary>,
    failed: bool,
}

impl Download {
    pub(crate) async fn open(
        store: &Store,
        key: &Key,
        place: Place,
        range: ReadRange,
    ) -> Result<Self, Error> {
        let wanted = match range {
            ReadRange {
                offset: 0,
                length: None,
            } => None,
            // No store takes an empty range; there is nothing to ask for but whether the object is there.
            ReadRange {
                length: Some(0), ..
            } => return Self::empty(store, key, place).await,
            ReadRange {
                offset,
                length: None,
            } => Some(GetRange::Offset(offset)),
            ReadRange {
                offset,
                length: Some(length),
            } => Some(GetRange::Bounded(offset..offset.saturating_add(length))),
        };
        let whole = wanted.is_none();
        let options = GetOptions::new().with_range(wanted);
        let result = store.reader.get_opts(&key.path(), options).await;
        let result = result.map_err(|e| classify(e, &place))?;
        let announced = result.extensions.get::<Announced>().cloned();
        let digest = announced.as_ref().and_then(Announced::digest).cloned();
        Ok(Self {
            place,
            expected: result.range.end - result.range.start,
            got: 0,
            gathered: BytesMut::new(),
            check: digest
                .filter(|_| whole)
                .and_then(|d| Some((Hasher::new(&d.algorithm)?, d))),
            ended: None,
            failed: false,
            stream: match result.payload {
                GetResultPayload::File(file, _) => file_stream(file, result.range),
                GetResultPayload::Stream(stream) => stream,
            },
        })
    }

    async fn empty(store: &Store, key: &Key, place: Place) -> Result<Self, Error> {
        let options = GetOptions::new().with_head(true);
        let result = store.reader.get_opts(&key.path(), options).await;
        result.map_err(|e| classify(e, &place))?;
        Ok(Self {
            place,
            stream: futures::stream::empty().boxed(),
            expected: 0,
            got: 0,
            gathered: BytesMut::new(),
            check: None,
            ended: None,
            failed: false,
        })
    }

    /// How many bytes the store has announced.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// The next bytes, or the end; after the end again the end.
    ///
    /// # Errors
    /// The bytes could not be read ([`Error::Truncated`], [`Error::Unavailable`] and others), or are
    /// not those that were stored ([`Error::ChecksumMismatch`]). An error is final: the bytes given
    /// before are worth nothing.
    pub async fn chunk(&mut self) -> Result<Chunk, Error> {
        if let Some(summary) = &self.ended {
            return Ok(Chunk::End(summary.clone()));
        }
        if self.failed {
            return Err(self.truncated());
        }
        let next = self.next().await;
        self.failed = next.is_err();
        next
    }

    async fn next(&mut self) -> Result<Chunk, Error> {
        loop {
            match self.stream.next().await {
                Some(Ok(bytes)) => {
                    self.got += bytes.len() as u64;
                    if let Some((hasher, _)) = &mut self.check {
                        hasher.update(&bytes);
                    }
                    if self.gathered.is_empty() {
                        if bytes.len() >= LONG {
                            return Ok(Chunk::Data(bytes));
                        }
                        self.gathered.reserve(PIECE);
                    }
                    self.gathered.extend_from_slice(&bytes);
                    if self.gathered.len() >= PIECE {
                        return Ok(self.gathered());
                    }
                }
                Some(Err(e)) => return Err(classify(e, &self.place)),
                None if self.got != self.expected => return Err(self.truncated()),
                None if !self.gathered.is_empty() => return Ok(self.gathered()),
                None => return self.verdict(),
            }
        }
    }

    fn gathered(&mut self) -> Chunk {
        Chunk::Data(self.gathered.split().freeze())
    }

    fn verdict(&mut self) -> Result<Chunk, Error> {
        let mut digest = None;
        if let Some((hasher, stored)) = self.check.take() {
            if hasher.finish() != stored {
                return Err(Error::ChecksumMismatch {
                    place: self.place.clone(),
                    algorithm: stored.algorithm,
                });
            }
            digest = Some(stored);
        }
        let summary = Summary {
            bytes: self.got,
            digest,
        };
        self.ended = Some(summary.clone());
        Ok(Chunk::End(summary))
    }

    fn truncated(&self) -> Error {
        Error::Truncated {
            place: self.place.clone(),
            expected: self.expected,
            got: self.got,
        }
    }
}

/// Reads ahead in one blocking task, which ends when its reader is gone.
fn file_stream(
    mut file: std::fs::File,
    range: Range<u64>,
) -> BoxStream<'static, object_store::Result<Bytes>> {
    let (to, mut from) = tokio::sync::mpsc::channel(FILE_CHUNKS_AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut left = range.end - range.start;
        let mut failed = file.seek(SeekFrom::Start(range.start)).err();
        while failed.is_none() && left > 0 {
            let size = usize::try_from(left).unwrap_or(FILE_CHUNK).min(FILE_CHUNK);
            let mut buffer = BytesMut::zeroed(size);
            match file.read(&mut buffer) {
                // Shorter than it was: the reader sees too few bytes.
                Ok(0) => return,
                Ok(n) => {
                    left -= n as u64;
                    buffer.truncate(n);
                    if to.blocking_send(Ok(buffer.freeze())).is_err() {
                        return;
                    }
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => failed = Some(e),
            }
        }
        if let Some(e) = failed {
            // A reader that is gone needs no error.
            let _ = to.blocking_send(Err(object_store::Error::Generic {
                store: "file",
                source: Box::new(e),
            }));
        }
    });
    futures::stream::poll_fn(move |context| from.poll_recv(context)).boxed()
}
