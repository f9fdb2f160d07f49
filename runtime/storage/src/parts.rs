//! How large the parts of an upload are.
//!
//! S3 and Google Cloud Storage take at most 10,000 parts and nobody knows how long a stream will be,
//! so parts grow: the first thousand are small, which bounds the memory for nearly all streams, and
//! ten thousand hold more than any store takes as one object. Some stores want parts of equal size;
//! up to 7.8 GiB they get them.

/// The size of the first parts in bytes; also the largest object that is sent in one request.
pub(crate) const FIRST: usize = 8 << 20;

/// How many parts have the same size.
const STEP: u32 = 1000;

/// How many bytes of parts may be on their way at once, unless a single part is larger.
pub(crate) const IN_FLIGHT: usize = 32 << 20;

/// The size of part `index`, counted from 0.
pub(crate) fn size(index: u32) -> usize {
    FIRST << (index / STEP).min(9)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, size};

    #[test]
    fn ten_thousand_parts_hold_the_largest_object() {
        let total: u64 = (0..10_000).map(|i| size(i) as u64).sum();
        assert!(total > 5 << 40, "{total}");
    }

    #[test]
    fn parts_only_grow() {
        assert_eq!(size(0), FIRST);
        assert!((0..10_001).all(|i| size(i) <= size(i + 1)));
    }
}
