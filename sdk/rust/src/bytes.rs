//! Streams of bytes, each with a verdict at its end.

use crate::bindings::kanister::io::types::{self, Chunk, Error};
use crate::failure::Result;
pub use types::{Digest, Source, Summary, Transfer, Writer, pipe};

/// How much one `read` of this module asks for.
const PIECE: u32 = 128 * 1024;

/// All bytes of a source, once it has said that they are complete.
///
/// # Errors
/// The verdict of the source, if it is not `end`; a permanent failure when there are more
/// than `limit` bytes.
pub fn read_all(source: &Source, limit: usize) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for_each_chunk(source, |piece| {
        if all.len().saturating_add(piece.len()) > limit {
            return Err(Error::QuotaExceeded(format!("there are more than {limit} bytes")).into());
        }
        all.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(all)
}

/// Hands each piece of a source to `each`, until the source has said that it is complete.
///
/// # Errors
/// The verdict of the source, if it is not `end`; whatever `each` fails with.
pub fn for_each_chunk(
    source: &Source,
    mut each: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Summary> {
    loop {
        match source.read(PIECE)? {
            Chunk::Data(piece) => each(&piece)?,
            Chunk::End(summary) => return Ok(summary),
        }
    }
}
