//! `s3s-fs`: S3 on a folder, in this process. It checks signatures.

use anyhow::{Result, anyhow};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use super::{BUCKET, Server, files, http};
use crate::profile::Settings;

/// Starts the server on a fresh folder.
///
/// # Errors
/// It does not start.
pub async fn s3s_fs() -> Result<Server> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join(BUCKET))?;
    let pair = ("AKIDSUITE".to_owned(), "canary-4c1d".to_owned());
    let system = s3s_fs::FileSystem::new(folder.path()).map_err(|e| anyhow!("{e:?}"))?;
    let mut builder = S3ServiceBuilder::new(system);
    builder.set_auth(SimpleAuth::from_single(&*pair.0, &*pair.1));
    let service = builder.build();
    let root = folder.path().to_owned();
    let (address, task) = http::serve(service).await?;
    Ok(Server {
        name: "s3s-fs",
        settings: Settings {
            kind: "s3Compliant",
            bucket: BUCKET.into(),
            endpoint: format!("http://{address}"),
            prefix: "base/dir".into(),
            pair,
        },
        address: Some(address),
        authenticates: true,
        checksums: false,
        conditional: false,
        folders_are_nothing: false,
        odd_keys: true,
        // It keeps them in its root, without the names of their objects.
        leftovers: Some(Box::new(move |_| {
            let root = root.clone();
            Box::pin(async move { files(&root, |name| name.starts_with(".upload")) })
        })),
        keep: Box::new((folder, task)),
    })
}
