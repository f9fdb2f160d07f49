//! The bytes of a part before it is sent.

use bytes::{Bytes, BytesMut};
use object_store::PutPayload;

/// Pieces shorter than this are copied together. A piece costs some dozen bytes besides its own and
/// may keep a larger block alive, so that a stream of single bytes would fill the memory otherwise.
const SHORT: usize = 32 << 10;

/// How large the block is that short pieces are copied into.
const BLOCK: usize = 256 << 10;

/// What was appended and is not on its way yet.
#[derive(Default)]
pub(crate) struct Waiting {
    pieces: Vec<Bytes>,
    short: BytesMut,
    len: usize,
}

impl Waiting {
    /// How many bytes wait.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Appends a piece.
    pub(crate) fn push(&mut self, piece: Bytes) {
        self.len += piece.len();
        if piece.len() >= SHORT {
            self.close();
            self.pieces.push(piece);
            return;
        }
        if self.short.is_empty() {
            self.short.reserve(BLOCK);
        }
        self.short.extend_from_slice(&piece);
        if self.short.len() >= BLOCK - SHORT {
            self.close();
        }
    }

    fn close(&mut self) {
        if !self.short.is_empty() {
            self.pieces.push(self.short.split().freeze());
        }
    }

    /// Everything, in order; nothing waits then.
    pub(crate) fn take(&mut self) -> PutPayload {
        self.close();
        self.len = 0;
        std::mem::take(&mut self.pieces).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, SHORT, Waiting};
    use bytes::Bytes;

    #[test]
    fn order_is_kept_whatever_the_sizes() {
        let mut waiting = Waiting::default();
        let mut all = Vec::new();
        for (i, size) in [1, SHORT, 3, 0, SHORT - 1, 5, 4 * BLOCK, 7]
            .into_iter()
            .enumerate()
        {
            let piece = vec![u8::try_from(i).unwrap(); size];
            all.extend_from_slice(&piece);
            waiting.push(piece.into());
        }
        assert_eq!(waiting.len(), all.len());
        assert_eq!(Bytes::from(waiting.take()), all);
        assert_eq!(waiting.len(), 0);
        assert_eq!(waiting.take().content_length(), 0);
    }

    #[test]
    fn single_bytes_take_few_pieces() {
        let mut waiting = Waiting::default();
        (0..4 * BLOCK).for_each(|_| waiting.push(Bytes::from_static(b"x")));
        assert!(waiting.pieces.len() < 8, "{}", waiting.pieces.len());
    }
}
