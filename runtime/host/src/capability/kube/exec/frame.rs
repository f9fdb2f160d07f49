//! Messages of the protocol: one byte names the channel, the rest is data.
//!
//! Source: `k8s.io/apimachinery/pkg/util/remotecommand/constants.go`.

use bytes::{BufMut as _, Bytes, BytesMut};

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const CLOSE: u8 = 255;

/// Bytes of one message to the server.
pub(super) const LONGEST_MESSAGE: usize = 32 << 10;

/// A message from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Stdout(Bytes),
    Stderr(Bytes),
    Status(Bytes),
    /// Something that says nothing to us: an empty message, the end of one channel.
    Other,
}

impl Frame {
    pub(super) fn read(mut message: Bytes) -> Self {
        if message.is_empty() {
            return Self::Other;
        }
        let channel = message.split_to(1);
        match channel.first() {
            Some(&STATUS) => Self::Status(message),
            Some(&STDOUT) if !message.is_empty() => Self::Stdout(message),
            Some(&STDERR) if !message.is_empty() => Self::Stderr(message),
            _ => Self::Other,
        }
    }
}

/// Data for standard input.
pub(super) fn stdin(data: &[u8]) -> Bytes {
    let mut message = BytesMut::with_capacity(data.len() + 1);
    message.put_u8(STDIN);
    message.put_slice(data);
    message.freeze()
}

/// The end of standard input.
pub(super) fn close_stdin() -> Bytes {
    Bytes::from_static(&[CLOSE, STDIN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels() {
        let read = |bytes: &'static [u8]| Frame::read(Bytes::from_static(bytes));
        assert_eq!(read(b"\x01ab"), Frame::Stdout("ab".into()));
        assert_eq!(read(b"\x02ab"), Frame::Stderr("ab".into()));
        assert_eq!(read(b"\x03{}"), Frame::Status("{}".into()));
        // Servers open each channel with an empty message, and close it with two bytes.
        for other in [
            b"".as_slice(),
            b"\x01",
            b"\x02",
            b"\xff\x01",
            b"\x00x",
            b"\x09x",
        ] {
            assert_eq!(read(other), Frame::Other);
        }
        assert_eq!(stdin(b"ab"), Bytes::from_static(b"\x00ab"));
    }
}
