//! A pipe whose one end a guest fills.

use super::IoError;
use super::held::{Held, Holdings};
use super::source::{ByteSource, Piece, Summary};
use crate::limits::LimitHit;
use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

/// Writes that wait in a pipe until the other end takes them.
const DEPTH: usize = 2;

enum Item {
    Data(Bytes, Held),
    Finish,
}

/// The host's side of `kanister:io/types.writer`.
pub struct Writer {
    into: mpsc::Sender<Item>,
    holdings: Holdings,
    written: u64,
}

impl Writer {
    /// Waits until the other end has room.
    ///
    /// # Errors
    /// Outer: the call holds more bytes than it may. Inner: nobody reads any more.
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<Result<(), IoError>, LimitHit> {
        if bytes.is_empty() {
            return Ok(Ok(()));
        }
        let len = bytes.len() as u64;
        let held = self.holdings.hold(len)?;
        let sent = self.into.send(Item::Data(bytes.into(), held)).await;
        if sent.is_err() {
            return Ok(Err(IoError::Truncated));
        }
        self.written = self.written.saturating_add(len);
        Ok(Ok(()))
    }

    /// Tells the other end that it has everything.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub async fn finish(self) -> Result<Summary, IoError> {
        self.into
            .send(Item::Finish)
            .await
            .map_err(|_| IoError::Truncated)?;
        Ok(Summary {
            bytes: self.written,
            digest: None,
        })
    }
}

/// The end of a pipe that is read.
pub struct Reader(mpsc::Receiver<Item>);

#[async_trait]
impl ByteSource for Reader {
    async fn next(&mut self) -> Result<Piece, IoError> {
        match self.0.recv().await {
            Some(Item::Data(bytes, held)) => {
                drop(held);
                Ok(Piece::Data(bytes))
            }
            Some(Item::Finish) => Ok(Piece::End(None)),
            // The writer was dropped without `finish`.
            None => Err(IoError::Truncated),
        }
    }
}

/// A new pipe.
#[must_use]
pub fn pipe(holdings: &Holdings) -> (Writer, Reader) {
    let (into, from) = mpsc::channel(DEPTH);
    let writer = Writer {
        into,
        holdings: holdings.clone(),
        written: 0,
    };
    (writer, Reader(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::io::Source;
    use crate::limits::Meter;

    fn holdings() -> Holdings {
        Holdings::new(1 << 20, Meter::default())
    }

    #[tokio::test]
    async fn finish_is_the_only_complete_end() {
        let (mut writer, reader) = pipe(&holdings());
        writer.write(b"ab".to_vec()).await.unwrap().unwrap();
        let summary = writer.finish().await.unwrap();
        assert_eq!(summary.bytes, 2);
        let mut source = Source::new(reader);
        assert_eq!(source.read(8).await.unwrap().unwrap(), "ab");
        assert_eq!(source.read(8).await, Ok(None));

        let (mut writer, reader) = pipe(&holdings());
        writer.write(b"ab".to_vec()).await.unwrap().unwrap();
        drop(writer);
        let mut source = Source::new(reader);
        assert_eq!(source.read(8).await.unwrap().unwrap(), "ab");
        assert_eq!(source.read(8).await, Err(IoError::Truncated));
    }

    #[tokio::test]
    async fn writing_to_nobody_is_an_error() {
        let (mut writer, reader) = pipe(&holdings());
        drop(reader);
        assert_eq!(
            writer.write(b"x".to_vec()).await.unwrap(),
            Err(IoError::Truncated)
        );
    }
}
