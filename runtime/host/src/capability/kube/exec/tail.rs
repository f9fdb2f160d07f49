//! The last bytes of a stream.

use std::collections::VecDeque;

/// Bytes of standard error that are kept.
pub(super) const LONGEST: usize = 64 << 10;

/// The last [`LONGEST`] bytes.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<u8>);

impl Tail {
    pub(super) fn push(&mut self, data: &[u8]) {
        let data = data
            .get(data.len().saturating_sub(LONGEST)..)
            .unwrap_or_default();
        let surplus = (self.0.len() + data.len()).saturating_sub(LONGEST);
        self.0.drain(..surplus);
        self.0.extend(data);
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keeps_the_end(pieces in proptest::collection::vec(0_usize..200_000, 0..6)) {
            let mut tail = Tail::default();
            let mut all = Vec::new();
            for (len, byte) in pieces.into_iter().zip(0_u8..) {
                let piece = vec![byte; len];
                tail.push(&piece);
                all.extend(piece);
            }
            prop_assert_eq!(tail.bytes(), &all[all.len().saturating_sub(LONGEST)..]);
        }
    }
}
