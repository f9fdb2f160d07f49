//! Bytes that the host moves without the guest.

use super::IoError;
use super::source::{Source, Summary};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinHandle;

/// Bytes taken from a source in one step.
const STEP: usize = 256 << 10;

/// Where bytes go: an upload, a command's standard input.
#[async_trait]
pub trait ByteSink: Send {
    /// Takes bytes; returns when it has room for more.
    ///
    /// # Errors
    /// Whatever keeps the bytes from arriving.
    async fn write(&mut self, bytes: Bytes) -> Result<(), IoError>;

    /// Hears the source's verdict. Only `Ok` is a complete end: a sink that is told of an
    /// error must not let what it has pass for the whole.
    ///
    /// # Errors
    /// Whatever keeps the end from arriving.
    async fn end(&mut self, verdict: Result<Summary, IoError>) -> Result<(), IoError>;
}

/// The host's side of `kanister:io/types.transfer`: a task that pumps. Dropping it stops
/// the pump, and the sink with it.
pub struct Transfer {
    task: Option<JoinHandle<Result<Summary, IoError>>>,
    outcome: Option<Result<Summary, IoError>>,
    moved: Arc<AtomicU64>,
}

impl Transfer {
    /// Starts to move everything from `source` to `sink`.
    #[must_use]
    pub fn start(source: Source, sink: impl ByteSink + 'static) -> Self {
        let moved = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(pump(source, sink, Arc::clone(&moved)));
        Self {
            task: Some(task),
            outcome: None,
            moved,
        }
    }

    /// Waits for the end; the answer stays the same.
    ///
    /// # Errors
    /// The source's, or the sink's.
    pub async fn wait(&mut self) -> Result<Summary, IoError> {
        if let Some(task) = &mut self.task {
            let outcome = task.await.unwrap_or(Err(IoError::Truncated));
            self.task = None;
            self.outcome = Some(outcome);
        }
        self.outcome.clone().unwrap_or(Err(IoError::Truncated))
    }

    /// Bytes moved until now.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn pump(
    mut source: Source,
    mut sink: impl ByteSink,
    moved: Arc<AtomicU64>,
) -> Result<Summary, IoError> {
    loop {
        match source.read(STEP).await {
            Ok(Some(bytes)) => {
                let len = bytes.len() as u64;
                sink.write(bytes).await?;
                moved.fetch_add(len, Ordering::Relaxed);
            }
            Ok(None) => {
                let summary = match source.verdict() {
                    Some(Ok(summary)) => summary.clone(),
                    Some(Err(error)) => return Err(error.clone()),
                    None => return Err(IoError::Truncated),
                };
                sink.end(Ok(summary.clone())).await?;
                return Ok(summary);
            }
            Err(error) => {
                // The source's error is the reason; what the sink says about being told
                // so adds nothing.
                let _ = sink.end(Err(error.clone())).await;
                return Err(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::io::source::tests::script;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Seen {
        bytes: Vec<u8>,
        verdict: Option<Result<Summary, IoError>>,
    }

    struct Sink(Arc<Mutex<Seen>>);

    #[async_trait]
    impl ByteSink for Sink {
        async fn write(&mut self, bytes: Bytes) -> Result<(), IoError> {
            self.0.lock().unwrap().bytes.extend_from_slice(&bytes);
            Ok(())
        }
        async fn end(&mut self, verdict: Result<Summary, IoError>) -> Result<(), IoError> {
            self.0.lock().unwrap().verdict = Some(verdict);
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_sink_hears_the_verdict_of_the_source() {
        for end in [Ok(()), Err(IoError::Truncated)] {
            let seen = Arc::new(Mutex::new(Seen::default()));
            let source = script(&["abc", "def"], end.clone());
            let mut transfer = Transfer::start(source, Sink(Arc::clone(&seen)));
            let outcome = transfer.wait().await;
            assert_eq!(transfer.wait().await, outcome);
            assert_eq!(outcome.map(|_| ()), end);
            assert_eq!(transfer.moved(), 6);
            let seen = seen.lock().unwrap();
            assert_eq!(seen.bytes, b"abcdef");
            assert_eq!(seen.verdict.clone().unwrap().map(|_| ()), end);
        }
    }

    #[tokio::test]
    async fn a_dropped_transfer_leaves_its_sink_without_an_end() {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (_writer, reader) = crate::capability::io::pipe(&crate::capability::io::Holdings::new(
            1024,
            crate::limits::Meter::default(),
        ));
        let transfer = Transfer::start(Source::new(reader), Sink(Arc::clone(&seen)));
        drop(transfer);
        tokio::task::yield_now().await;
        assert!(seen.lock().unwrap().verdict.is_none());
    }
}
