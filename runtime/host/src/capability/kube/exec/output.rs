//! What a command printed and the guest has not taken yet.

use super::tail::Tail;
use crate::capability::io::{Held, Holdings};
use crate::capability::kube::KubeError;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Bytes that wait for the guest; the connection is not read while there are more.
const MOST: usize = 256 << 10;

/// One of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Stdout,
    Stderr,
}

/// What becomes of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Nobody has asked yet: both streams are kept.
    Undecided,
    /// Standard output is read as a source; standard error only has its tail.
    Stdout,
    /// Both are read, piece by piece.
    Both,
    /// Nobody reads: the output is thrown away.
    Nobody,
}

/// How a command ended.
pub(super) type Ended = Result<i32, KubeError>;

/// Shared by the connection, which fills it, and the guest, who empties it.
pub(super) struct Output {
    inner: Mutex<Inner>,
    holdings: Holdings,
    /// Something was put in, or the command ended.
    filled: Notify,
    /// Something was taken out.
    emptied: Notify,
}

struct Inner {
    pieces: VecDeque<(Origin, Bytes, Held)>,
    waiting: usize,
    reader: Reader,
    tail: Tail,
    ended: Option<Ended>,
}

impl Output {
    pub(super) fn new(holdings: Holdings) -> Self {
        Self {
            inner: Mutex::new(Inner {
                pieces: VecDeque::new(),
                waiting: 0,
                reader: Reader::Undecided,
                tail: Tail::default(),
                ended: None,
            }),
            holdings,
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a piece in; returns when there is room for more.
    ///
    /// # Errors
    /// The call holds more than it may.
    pub(super) async fn put(&self, origin: Origin, data: Bytes) -> Result<(), KubeError> {
        {
            let mut inner = self.lock();
            if origin == Origin::Stderr {
                inner.tail.push(&data);
            }
            let wanted = match (inner.reader, origin) {
                (Reader::Nobody, _) | (Reader::Stdout, Origin::Stderr) => false,
                (Reader::Undecided | Reader::Both, _) | (Reader::Stdout, Origin::Stdout) => true,
            };
            if wanted {
                let held = self
                    .holdings
                    .hold(data.len() as u64)
                    .map_err(|hit| KubeError::Other(hit.to_string()))?;
                inner.waiting += data.len();
                inner.pieces.push_back((origin, data, held));
            }
        }
        self.filled.notify_waiters();
        loop {
            let emptied = self.emptied.notified();
            if self.lock().waiting < MOST {
                return Ok(());
            }
            emptied.await;
        }
    }

    /// Ends the output; only the first end counts.
    pub(super) fn end(&self, ended: Ended) {
        self.lock().ended.get_or_insert(ended);
        self.filled.notify_waiters();
    }

    /// The next piece; none when the command has ended.
    ///
    /// # Errors
    /// How the command ended, if it is not known to have ended by itself.
    pub(super) async fn next(&self) -> Result<Option<(Origin, Bytes)>, KubeError> {
        loop {
            let filled = self.filled.notified();
            {
                let mut inner = self.lock();
                if let Some((origin, data, held)) = inner.pieces.pop_front() {
                    inner.waiting = inner.waiting.saturating_sub(data.len());
                    drop(held);
                    drop(inner);
                    self.emptied.notify_waiters();
                    return Ok(Some((origin, data)));
                }
                if let Some(ended) = &inner.ended {
                    return ended.clone().map(|_| None);
                }
            }
            filled.await;
        }
    }

    /// Waits for the command's end.
    pub(super) async fn ended(&self) -> Ended {
        loop {
            let filled = self.filled.notified();
            if let Some(ended) = &self.lock().ended {
                return ended.clone();
            }
            filled.await;
        }
    }

    pub(super) fn reader(&self) -> Reader {
        self.lock().reader
    }

    /// Decides who reads; what nobody will read is dropped.
    pub(super) fn set_reader(&self, reader: Reader) {
        {
            let mut inner = self.lock();
            inner.reader = reader;
            inner.pieces.retain(|(origin, ..)| match reader {
                Reader::Undecided | Reader::Both => true,
                Reader::Stdout => *origin == Origin::Stdout,
                Reader::Nobody => false,
            });
            inner.waiting = inner.pieces.iter().map(|(_, data, _)| data.len()).sum();
        }
        self.emptied.notify_waiters();
    }

    pub(super) fn stderr_tail(&self) -> Vec<u8> {
        self.lock().tail.bytes()
    }
}

#[cfg(test)]
mod tests;
