//! A folder.

use anyhow::Result;

use super::Server;
use crate::profile::Settings;

/// A fresh folder.
///
/// # Errors
/// The folder cannot be made.
pub fn folder() -> Result<Server> {
    let folder = tempfile::tempdir()?;
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
        keep: Box::new(folder),
    })
}
