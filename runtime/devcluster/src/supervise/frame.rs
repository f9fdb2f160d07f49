//! What a supervisor is told and what it tells: frames of a kind, a length and bytes.

use std::io::{self, Read, Write};

/// One message between the cluster and a supervisor.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// What to run, as JSON. The first frame.
    Plan(Vec<u8>),
    /// Bytes for the standard input.
    Input(Vec<u8>),
    /// The end of the standard input.
    InputEnd,
    /// A signal for the process.
    Signal(i32),
    /// The process runs, with this id.
    Started(i32),
    /// The process could not be started.
    Failed(String),
    /// It ended with this code (128 and the signal's number if by a signal).
    Exited(i32),
    /// One piece of input was taken.
    Taken,
}

/// Longest frame.
const LIMIT: u32 = 16 << 20;

impl Frame {
    fn parts(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Plan(bytes) => (1, bytes.clone()),
            Self::Input(bytes) => (2, bytes.clone()),
            Self::InputEnd => (3, Vec::new()),
            Self::Signal(number) => (4, number.to_le_bytes().to_vec()),
            Self::Started(id) => (5, id.to_le_bytes().to_vec()),
            Self::Failed(text) => (6, text.clone().into_bytes()),
            Self::Exited(code) => (7, code.to_le_bytes().to_vec()),
            Self::Taken => (8, Vec::new()),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let (kind, body) = self.parts();
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(LIMIT).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Makes a frame of its kind and body.
    pub(crate) fn decode(kind: u8, body: Vec<u8>) -> io::Result<Self> {
        let bad = || {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "a frame of the supervisor is malformed",
            )
        };
        let number = |body: &[u8]| body.try_into().map(i32::from_le_bytes).map_err(|_| bad());
        Ok(match kind {
            1 => Self::Plan(body),
            2 => Self::Input(body),
            3 => Self::InputEnd,
            4 => Self::Signal(number(&body)?),
            5 => Self::Started(number(&body)?),
            6 => Self::Failed(String::from_utf8_lossy(&body).into_owned()),
            7 => Self::Exited(number(&body)?),
            8 => Self::Taken,
            _ => return Err(bad()),
        })
    }

    /// The length in a header, if it is acceptable.
    pub(crate) fn body_length(header: [u8; 5]) -> io::Result<(u8, usize)> {
        let [kind, a, b, c, d] = header;
        let length = u32::from_le_bytes([a, b, c, d]);
        if length > LIMIT {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a frame of the supervisor is too long",
            ));
        }
        Ok((kind, length as usize))
    }

    pub(crate) fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut header = [0; 5];
        input.read_exact(&mut header)?;
        let (kind, length) = Self::body_length(header)?;
        let mut body = vec![0; length];
        input.read_exact(&mut body)?;
        Self::decode(kind, body)
    }

    pub(crate) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(&self.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        for frame in [
            Frame::Plan(b"{}".to_vec()),
            Frame::Input(vec![0, 255]),
            Frame::InputEnd,
            Frame::Signal(15),
            Frame::Started(77),
            Frame::Failed("why".into()),
            Frame::Exited(-1),
            Frame::Taken,
        ] {
            assert_eq!(Frame::read(&mut frame.encode().as_slice()).unwrap(), frame);
        }
        assert!(Frame::read(&mut [9, 0, 0, 0, 0].as_slice()).is_err());
        assert!(Frame::read(&mut [1, 255, 255, 255, 255].as_slice()).is_err());
    }
}
