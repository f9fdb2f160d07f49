//! Streams of bytes with a verdict.

use super::IoError;
use super::held::Held;
use async_trait::async_trait;
use bytes::Bytes;

pub use kanister_storage::{Digest, Summary};

/// The next part of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// At least one byte.
    Data(Bytes),
    /// The stream is complete.
    End(Option<Digest>),
}

/// What a stream's bytes come from: a command's output, an object in a store, a log.
#[async_trait]
pub trait ByteSource: Send {
    /// The next piece. Dropping the future loses no bytes.
    ///
    /// # Errors
    /// Every end but a complete one, [`IoError::Truncated`] above all.
    async fn next(&mut self) -> Result<Piece, IoError>;
}

/// The host's side of `kanister:io/types.source`.
pub struct Source {
    origin: Box<dyn ByteSource>,
    /// What a reader with a small buffer left of the last piece.
    rest: Bytes,
    passed: u64,
    verdict: Option<Result<Summary, IoError>>,
}

impl Source {
    /// A source over anything that gives pieces.
    #[must_use]
    pub fn new(origin: impl ByteSource + 'static) -> Self {
        Self {
            origin: Box::new(origin),
            rest: Bytes::new(),
            passed: 0,
            verdict: None,
        }
    }

    /// At most `max` bytes, or none at the end; every call after the end answers the same.
    ///
    /// # Errors
    /// The stream's own, which is final.
    pub async fn read(&mut self, max: usize) -> Result<Option<Bytes>, IoError> {
        let max = max.max(1);
        loop {
            if !self.rest.is_empty() {
                let piece = self.rest.split_to(self.rest.len().min(max));
                self.passed = self.passed.saturating_add(piece.len() as u64);
                return Ok(Some(piece));
            }
            if let Some(verdict) = &self.verdict {
                return verdict.clone().map(|_| None);
            }
            match self.origin.next().await {
                Ok(Piece::Data(data)) => self.rest = data,
                Ok(Piece::End(digest)) => {
                    self.verdict = Some(Ok(Summary {
                        bytes: self.passed,
                        digest,
                    }));
                }
                Err(error) => self.verdict = Some(Err(error)),
            }
        }
    }

    /// The verdict, once the end was read.
    #[must_use]
    pub fn verdict(&self) -> Option<&Result<Summary, IoError>> {
        self.verdict.as_ref()
    }
}

/// Bytes that the guest handed over; charged to the call for as long as they are held.
pub(super) struct FromBytes {
    pub(super) bytes: Option<Bytes>,
    pub(super) held: Held,
}

#[async_trait]
impl ByteSource for FromBytes {
    async fn next(&mut self) -> Result<Piece, IoError> {
        match self.bytes.take() {
            Some(bytes) if !bytes.is_empty() => Ok(Piece::Data(bytes)),
            _ => {
                self.held.release();
                Ok(Piece::End(None))
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// A source that plays a script.
    pub(crate) struct Script(pub(crate) VecDeque<Result<Piece, IoError>>);

    #[async_trait]
    impl ByteSource for Script {
        async fn next(&mut self) -> Result<Piece, IoError> {
            self.0.pop_front().unwrap_or(Err(IoError::Truncated))
        }
    }

    pub(crate) fn script(pieces: &[&str], end: Result<(), IoError>) -> Source {
        let mut all: VecDeque<_> = pieces
            .iter()
            .map(|piece| Ok(Piece::Data(Bytes::copy_from_slice(piece.as_bytes()))))
            .collect();
        all.push_back(end.map(|()| Piece::End(None)));
        Source::new(Script(all))
    }

    #[tokio::test]
    async fn a_small_reader_gets_every_byte_once() {
        let mut source = script(&["hello ", "world"], Ok(()));
        let mut got = Vec::new();
        while let Some(piece) = source.read(4).await.unwrap() {
            assert!(piece.len() <= 4);
            got.extend_from_slice(&piece);
        }
        assert_eq!(got, b"hello world");
        assert_eq!(source.verdict().unwrap().as_ref().unwrap().bytes, 11);
        assert_eq!(source.read(4).await, Ok(None));
    }

    #[tokio::test]
    async fn a_cut_stream_never_looks_complete() {
        let mut source = script(&["half"], Err(IoError::Truncated));
        assert!(source.read(64).await.unwrap().is_some());
        for _ in 0..2 {
            assert_eq!(source.read(64).await, Err(IoError::Truncated));
        }
    }
}
