//! `kanister:io`: streams with a verdict, and the pump that moves them.

mod error;
mod guest;
mod held;
mod pipe;
mod source;
mod transfer;

pub use error::IoError;
pub use held::{Held, Holdings};
pub use pipe::{Reader, Writer, pipe};
pub use source::{ByteSource, Digest, Piece, Source, Summary};
pub use transfer::{ByteSink, Transfer};
