//! The servers.

mod azurite;
mod canned;
mod echo;
mod folder;
mod google;
mod http;
mod moto;
mod s3s;

use std::any::Any;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};

pub use azurite::azurite;
pub use canned::{Canned, Seen};
pub use echo::Echo;
pub use folder::folder;
pub use google::google;
pub use moto::moto;
pub use s3s::s3s_fs;

use crate::profile::Settings;

/// The bucket that every server has.
pub const BUCKET: &str = "suite";

/// Counts what unfinished uploads have left of objects below a prefix.
pub(crate) type Unfinished =
    Box<dyn Fn(&str) -> Pin<Box<dyn Future<Output = Result<usize>> + Send>> + Send + Sync>;

/// A running store.
pub struct Server {
    /// What it is called in the output.
    pub name: &'static str,
    /// How to reach it.
    pub settings: Settings,
    /// Its address; None for a folder.
    pub address: Option<SocketAddr>,
    /// It refuses wrong credentials.
    pub authenticates: bool,
    /// It announces checksums of objects that were sent in one request.
    pub checksums: bool,
    /// It decides between two that create the same object.
    pub conditional: bool,
    /// It answers for a key that other keys are below as for any missing one.
    pub folders_are_nothing: bool,
    /// It takes the key characters `#?*` and the like.
    pub odd_keys: bool,
    /// It deletes many objects with one request.
    pub deletes_many: bool,
    /// See [`Server::unfinished`].
    leftovers: Option<Unfinished>,
    /// Stopped when this is dropped.
    keep: Box<dyn Any + Send + Sync>,
}

impl Server {
    /// How many unfinished uploads the store itself has of objects below `prefix`, or of all objects
    /// if it keeps no names with them. None for Azure, which removes them after a week by itself and
    /// lets nobody do so before.
    ///
    /// # Errors
    /// The store does not say.
    pub async fn unfinished(&self, prefix: &str) -> Result<Option<usize>> {
        match &self.leftovers {
            Some(count) => count(prefix).await.map(Some),
            None => Ok(None),
        }
    }

    /// The settings with another address in place of the server's own.
    #[must_use]
    pub fn through(&self, proxy: SocketAddr) -> Settings {
        let mut settings = self.settings.clone();
        if let Some(own) = self.address {
            settings.endpoint = settings
                .endpoint
                .replace(&own.to_string(), &proxy.to_string());
        }
        settings
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let alive = self.keep.is::<()>();
        write!(f, "Server({}, {alive})", self.name)
    }
}

/// A client for what stores are told outside of the suite.
fn client() -> reqwest::Client {
    // Whoever is first has the same choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Counts the files below `folder` whose names `are` those of unfinished uploads.
fn files(folder: &Path, are: fn(&str) -> bool) -> Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        count += match entry.file_type()?.is_dir() {
            true => files(&entry.path(), are)?,
            false => usize::from(are(&entry.file_name().to_string_lossy())),
        };
    }
    Ok(count)
}

/// A port that nobody listens on.
fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

/// Waits until something listens.
async fn wait_for(address: SocketAddr) -> Result<()> {
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("nothing listens on {address}")
}

/// Starts `command` and waits until it listens on `port`; it is killed with the value.
async fn start(
    mut command: tokio::process::Command,
    port: u16,
) -> Result<(SocketAddr, tokio::process::Child)> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let child = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the server cannot be started")?;
    wait_for(address).await?;
    Ok((address, child))
}
