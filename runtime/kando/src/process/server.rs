//! `kando process server`.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;

use kanister_flags::shown_path;
use tokio::net::{UnixListener, UnixStream};
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::Server;

use super::service::Service;
use crate::error::Error;
use crate::stop::Stop;

/// Serves until the end is asked for. The socket is for its own user only.
pub(crate) async fn run(address: &Path) -> Result<(), Error> {
    let error = |source| Error::Listen {
        address: shown_path(address),
        source,
    };
    let mut stop = Stop::listen()?;
    clear(address).await.map_err(error)?;
    let listener = UnixListener::bind(address).map_err(error)?;
    std::fs::set_permissions(address, Permissions::from_mode(0o600)).map_err(error)?;
    let incoming = UnixListenerStream::new(listener);
    let served = Server::builder()
        .serve_with_incoming_shutdown(Service::default(), incoming, async move {
            stop.asked().await;
        })
        .await;
    // The next server clears what stays.
    let _ = std::fs::remove_file(address);
    served.map_err(|e| error(io::Error::other(e)))
}

/// Removes the socket of a server that is gone.
async fn clear(address: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(address) {
        Ok(there) if there.file_type().is_socket() => {
            if UnixStream::connect(address).await.is_ok() {
                return Err(io::Error::new(
                    io::ErrorKind::AddrInUse,
                    "another server listens there",
                ));
            }
            std::fs::remove_file(address)
        }
        _ => Ok(()),
    }
}
