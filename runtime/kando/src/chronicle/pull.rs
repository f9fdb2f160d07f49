//! `kando chronicle pull`.

use std::ffi::OsStr;

use kanister_storage::{Chunk, ReadRange};

use crate::cli::Target;
use crate::error::Error;
use crate::location;
use crate::profile::{self, Opened};

/// The longest manifest: it holds one key.
const LONGEST: usize = 64 << 10;

pub(crate) async fn run(target: &Target, to: &OsStr) -> Result<(), Error> {
    let opened = Opened::connect(&profile::read(target)?).await?;
    let path = opened.path(&target.path);
    let mut manifest = opened.location.read(&path, ReadRange::default()).await?;
    let mut text = Vec::new();
    while let Chunk::Data(bytes) = manifest.chunk().await? {
        text.extend_from_slice(&bytes);
        if text.len() > LONGEST {
            break;
        }
    }
    let named = String::from_utf8(text).ok().filter(|t| t.len() <= LONGEST);
    let named = named.ok_or_else(|| {
        Error::Argument(format!(
            "the object {path:?} is no manifest of 'kando chronicle push'"
        ))
    })?;
    location::pull(&opened.location, named.trim(), to).await
}
