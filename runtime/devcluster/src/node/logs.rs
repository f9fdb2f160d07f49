//! The log of a container: one line of the file for each line of output, with time and stream.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::sync::{Mutex, watch};

/// The longest piece of a line that is kept together.
const LINE: usize = 16 << 10;

/// A log that is being written.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: Mutex<tokio::fs::File>,
    /// How many bytes there are, and whether that is all.
    state: watch::Sender<(u64, bool)>,
}

impl Log {
    pub(super) async fn create(path: &Path) -> std::io::Result<Arc<Self>> {
        let file = tokio::fs::File::create(path).await?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            state: watch::Sender::new((0, false)),
        }))
    }

    /// Copies a stream of output to the log until its end.
    pub(super) async fn copy(
        self: Arc<Self>,
        stream: &'static str,
        output: impl AsyncRead + Unpin,
    ) {
        let mut reader = BufReader::with_capacity(LINE, output);
        let mut piece = Vec::new();
        loop {
            piece.clear();
            // Lines longer than the buffer are kept in pieces, marked as such.
            let whole = loop {
                let Ok(buffer) = reader.fill_buf().await else {
                    break None;
                };
                if buffer.is_empty() {
                    break None;
                }
                let room = LINE.saturating_sub(piece.len());
                let window = buffer.get(..room.min(buffer.len())).unwrap_or(buffer);
                if let Some(end) = window.iter().position(|byte| *byte == b'\n') {
                    piece.extend_from_slice(window.get(..end).unwrap_or_default());
                    reader.consume(end + 1);
                    break Some(true);
                }
                let taken = window.len();
                piece.extend_from_slice(window);
                reader.consume(taken);
                if piece.len() >= LINE {
                    break Some(false);
                }
            };
            if whole.is_none() && piece.is_empty() {
                return;
            }
            let mark = if whole == Some(true) { 'F' } else { 'P' };
            let time = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%9fZ");
            let mut line = format!("{time} {stream} {mark} ").into_bytes();
            line.extend_from_slice(&piece);
            line.push(b'\n');
            let mut file = self.file.lock().await;
            if let Err(error) = file.write_all(&line).await {
                tracing::warn!(%error, path = %self.path.display(), "output of a container is lost");
            }
            // Written by a thread in the background otherwise, which readers would not see.
            let _ = file.flush().await;
            self.state
                .send_modify(|(size, _)| *size += line.len() as u64);
            if whole.is_none() {
                return;
            }
        }
    }

    pub(super) fn finish(&self) {
        self.state.send_modify(|(_, done)| *done = true);
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for bytes after `position`; false if there will be none.
    pub(super) async fn more(&self, position: u64) -> bool {
        let mut state = self.state.subscribe();
        let found = state
            .wait_for(|(size, done)| *size > position || *done)
            .await;
        found.is_ok_and(|state| state.0 > position)
    }
}

/// A line of a log.
#[derive(Debug, PartialEq)]
pub(super) struct Line<'a> {
    pub(super) time: &'a str,
    /// The rest of the output's line follows in the next one.
    pub(super) partial: bool,
    pub(super) text: &'a [u8],
}

impl<'a> Line<'a> {
    /// Reads a line without its end.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let mut parts = line.splitn(4, |byte| *byte == b' ');
        let time = std::str::from_utf8(parts.next()?).ok()?;
        parts.next()?;
        let partial = parts.next()? == b"P";
        Some(Self {
            time,
            partial,
            text: parts.next()?,
        })
    }
}
