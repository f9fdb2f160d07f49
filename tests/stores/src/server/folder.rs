//! A folder.

use anyhow::Result;

use super::{Server, files};
use crate::profile::Settings;

/// A fresh folder.
///
/// # Errors
/// The folder cannot be made.
pub fn folder() -> Result<Server> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().to_owned();
    Ok(Server {
        name: "file",
        settings: Settings {
            kind: "filestore",
            bucket: folder.path().display().to_string(),
            endpoint: String::new(),
            prefix: "base/dir".into(),
            pair: (String::new(), String::new()),
        },
        address: None,
        authenticates: false,
        checksums: false,
        conditional: true,
        folders_are_nothing: true,
        odd_keys: false,
        leftovers: Some(Box::new(move |prefix| {
            let below = root.join(prefix);
            Box::pin(async move {
                match below.exists() {
                    // The library names them like the object, with a number behind a hash.
                    true => files(&below, |name| name.contains('#')),
                    false => Ok(0),
                }
            })
        })),
        keep: Box::new(folder),
    })
}
