//! The file by which clients find the cluster.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::error::Error;

/// What a client needs to reach the API by TLS.
#[derive(Clone, Debug)]
pub(crate) struct Access<'a> {
    pub(crate) server: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) token: &'a str,
}

/// The kubeconfig. JSON is YAML too, and needs no writer of its own.
pub(crate) fn kubeconfig(access: &Access<'_>) -> Value {
    let authority = base64::engine::general_purpose::STANDARD.encode(access.authority);
    json!({
        "apiVersion": "v1", "kind": "Config", "preferences": {},
        "clusters": [{"name": "devcluster", "cluster": {"server": access.server, "certificate-authority-data": authority}}],
        "users": [{"name": "devcluster", "user": {"token": access.token}}],
        "contexts": [{"name": "devcluster", "context": {"cluster": "devcluster", "user": "devcluster", "namespace": "default"}}],
        "current-context": "devcluster",
    })
}

/// Writes a file that only its owner can read, all at once.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fail = |source| Error::Listen {
        action: "write",
        place: path.display().to_string(),
        source,
    };
    let draft = path.with_extension("draft");
    let write = || {
        // A leftover may have another mode.
        match std::fs::remove_file(&draft) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = std::fs::File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    write().map_err(fail)
}
