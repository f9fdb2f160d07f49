//! What a process has printed: kept in a file without name, read while it grows.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;

/// How much is read and sent at once.
const CHUNK: usize = 64 << 10;

/// How much is there, and whether more may come.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    length: u64,
    ended: bool,
}

/// What a process has printed on one of its streams.
#[derive(Clone)]
pub(crate) struct Log {
    file: Arc<File>,
    state: watch::Receiver<State>,
}

impl Log {
    /// Keeps what `from` gives until it ends. It is logged too, as output of `process`.
    ///
    /// # Errors
    /// There is no file to keep it in.
    pub(crate) fn keep(
        process: i64,
        mut from: impl AsyncRead + Unpin + Send + 'static,
    ) -> io::Result<Self> {
        let file = Arc::new(tempfile::tempfile()?);
        let (tell, state) = watch::channel(State::default());
        let to = Arc::clone(&file);
        tokio::spawn(async move {
            let mut buffer = BytesMut::with_capacity(CHUNK);
            loop {
                buffer.clear();
                match from.read_buf(&mut buffer).await {
                    Ok(n) if n > 0 => {
                        tracing::info!(process, output = %String::from_utf8_lossy(&buffer));
                        if let Err(error) = (&*to).write_all(&buffer) {
                            tracing::error!(%error, "output of a process is lost");
                            break;
                        }
                        tell.send_modify(|state| state.length += n as u64);
                    }
                    _ => break,
                }
            }
            tell.send_modify(|state| state.ended = true);
        });
        Ok(Self { file, state })
    }

    /// What follows after `offset`, once there is something; None at the end. Characters of several
    /// bytes are not torn unless the process does so.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) async fn after(&mut self, offset: u64) -> io::Result<Option<Bytes>> {
        let state = self.state.wait_for(|s| s.length > offset || s.ended).await;
        let state = match state {
            Ok(state) => *state,
            Err(_) => return Ok(None),
        };
        let there = usize::try_from(state.length - offset).unwrap_or(CHUNK);
        if there == 0 {
            return Ok(None);
        }
        let mut buffer = BytesMut::zeroed(there.min(CHUNK));
        let read = self.file.read_at(&mut buffer, offset)?;
        buffer.truncate(read);
        if there > CHUNK {
            buffer.truncate(whole_characters(&buffer));
        }
        Ok(Some(buffer.freeze()))
    }
}

/// The length without a character that is torn at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => e.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Log, whole_characters};

    #[test]
    fn characters_stay_whole() {
        assert_eq!(whole_characters("aä".as_bytes()), 3);
        assert_eq!(whole_characters(&"aä".as_bytes()[..2]), 1);
        assert_eq!(whole_characters(&[0xff, 0xfe]), 2);
    }

    #[tokio::test]
    async fn everything_is_read() {
        let text = "ä".repeat(CHUNK);
        let mut log = Log::keep(1, std::io::Cursor::new(text.clone().into_bytes())).unwrap();
        let mut all = Vec::new();
        while let Some(bytes) = log.after(all.len() as u64).await.unwrap() {
            assert!(std::str::from_utf8(&bytes).is_ok());
            all.extend_from_slice(&bytes);
        }
        assert_eq!(all, text.into_bytes());
    }
}
