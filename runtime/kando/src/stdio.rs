//! Standard streams and files, moved by threads of their own so that waiting for them blocks nothing.

use std::fs::File;
use std::io::{self, Read, Write};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::Error;

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// How many such pieces may wait.
const AHEAD: usize = 4;

/// Writes `text` to stdout.
///
/// # Errors
/// It cannot be written, also if only the last bytes cannot.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Stdout)
}

/// Writes a line to stderr, if there is one.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Reads `from` to its end; a read error is the last item.
pub(crate) fn read(mut from: impl Read + Send + 'static) -> mpsc::Receiver<io::Result<Bytes>> {
    let (to, receiver) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        loop {
            let mut buffer = BytesMut::zeroed(CHUNK);
            let item = match fill(&mut from, &mut buffer) {
                Ok(0) => return,
                Ok(n) => {
                    buffer.truncate(n);
                    Ok(buffer.freeze())
                }
                Err(e) => Err(e),
            };
            let last = item.is_err();
            // A receiver that is gone needs no more.
            if to.blocking_send(item).is_err() || last {
                return;
            }
        }
    });
    receiver
}

/// Reads until the buffer is full or the end has come: pipes give 64 KiB at a time.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|r| !r.is_empty()) {
        match from.read(room) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

/// Takes bytes and writes them in a thread of its own.
pub(crate) struct Sink {
    to: Option<mpsc::Sender<Bytes>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Sink {
    /// Writes to `file`, or to stdout.
    pub(crate) fn new(file: Option<File>) -> Self {
        let (to, mut from) = mpsc::channel::<Bytes>(AHEAD);
        let writer = tokio::task::spawn_blocking(move || {
            let mut out: Box<dyn Write> = match file {
                Some(file) => Box::new(file),
                None => Box::new(io::stdout().lock()),
            };
            while let Some(bytes) = from.blocking_recv() {
                out.write_all(&bytes)?;
            }
            out.flush()
        });
        Self {
            to: Some(to),
            writer,
        }
    }

    /// Hands over bytes; false if they cannot be written, which [`Sink::finish`] explains.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> bool {
        match &self.to {
            Some(to) => to.send(bytes).await.is_ok(),
            None => false,
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) async fn finish(mut self) -> io::Result<()> {
        self.to = None;
        self.writer.await.map_err(io::Error::other)?
    }
}
