//! One conformance suite for every kind of store, and the servers it runs against: a folder, S3
//! (`s3s-fs` in this process, moto), Azure (azurite) and Google Cloud Storage (a model of ours, not
//! Google's).

pub mod fault;
pub mod profile;
pub mod server;
pub mod suite;

/// Bytes that depend on their place, so that lost, moved and repeated ones show.
#[must_use]
pub fn pattern(size: usize) -> bytes::Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut out: Vec<u8> = Vec::with_capacity(size + 8);
    while out.len() < size {
        out.extend_from_slice(&next().to_le_bytes());
    }
    out.truncate(size);
    out.into()
}
