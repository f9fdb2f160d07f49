//! The same upload by a client without anything around it: what the server, this machine and the
//! protocol allow. Kando's share of it is what kando itself costs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use futures::TryStreamExt as _;
use http::Method;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path as Key;
use object_store::signer::Signer as _;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart};
use store_tests::profile::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Bytes of one part, and how many parts are on their way at once: those of kando.
const PART: usize = 8 << 20;
const AT_ONCE: usize = 4;

fn store(settings: &Settings) -> Result<AmazonS3> {
    let Settings {
        kind: _,
        bucket,
        endpoint,
        prefix: _,
        pair: (id, secret),
    } = settings;
    Ok(AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region("us-east-1")
        .with_endpoint(endpoint)
        .with_allow_http(true)
        // As kando: what a store has to check costs it time.
        .with_checksum_algorithm(Checksum::CRC64NVME)
        .with_access_key_id(id)
        .with_secret_access_key(secret)
        .build()?)
}

/// Sends a file in parts, with the plain library of stores.
pub async fn push(settings: &Settings, file: &Path) -> Result<()> {
    let store: Arc<dyn ObjectStore> = Arc::new(store(settings)?);
    let upload = store.put_multipart(&Key::from("bench/raw")).await?;
    let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut file = tokio::fs::File::open(file).await?;
    loop {
        let mut part = vec![0; PART];
        let mut filled = 0;
        while let Some(room) = part.get_mut(filled..).filter(|room| !room.is_empty()) {
            match file.read(room).await? {
                0 => break,
                n => filled += n,
            }
        }
        part.truncate(filled);
        if part.is_empty() {
            break;
        }
        writer.wait_for_capacity(AT_ONCE).await?;
        writer.put(Bytes::from(part));
    }
    writer.finish().await?;
    Ok(())
}

/// Fetches the object that kando has pushed, with the plain library of stores.
pub async fn pull(settings: &Settings, file: &Path) -> Result<()> {
    let object = store(settings)?.get(&pushed(settings)).await?;
    let mut bytes = object.into_stream();
    let mut file = tokio::fs::File::create(file).await?;
    file.set_max_buf_size(1 << 20);
    while let Some(bytes) = bytes.try_next().await? {
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    Ok(())
}

/// Where kando puts its object.
fn pushed(settings: &Settings) -> Key {
    Key::from(format!("{}/bench/object", settings.prefix))
}

/// URLs that anybody may use.
pub struct Urls {
    /// Takes an object in one request.
    pub put: String,
    /// Gives the object that kando has pushed.
    pub get: String,
}

/// URLs that anybody may use, for an hour.
pub async fn urls(settings: &Settings) -> Result<Urls> {
    let store = store(settings)?;
    let hour = Duration::from_secs(3600);
    let (put, get) = (Key::from("bench/curl"), pushed(settings));
    let put = store.signed_url(Method::PUT, &put, hour).await?;
    let get = store.signed_url(Method::GET, &get, hour).await?;
    Ok(Urls {
        put: put.to_string(),
        get: get.to_string(),
    })
}
