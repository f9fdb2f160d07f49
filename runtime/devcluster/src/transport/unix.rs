//! A Unix socket: whoever may open the file may do everything, so its mode is 0600.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use super::serve_connection;
use crate::error::Error;
use crate::http::Api;

/// Whether the process at the other end is this user's, or root's.
fn is_own(stream: &UnixStream) -> bool {
    let own = nix::unistd::Uid::effective().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

/// A socket that accepts connections.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Binds the socket; a dead one of an earlier cluster is replaced.
    pub(crate) fn bind(path: &Path) -> Result<Self, Error> {
        let fail = |action: &'static str| {
            let path = path.display().to_string();
            move |source| Error::Listen {
                action,
                place: path.clone(),
                source,
            }
        };
        if path.exists() && std::os::unix::net::UnixStream::connect(path).is_err() {
            std::fs::remove_file(path).map_err(fail("replace the old socket"))?;
        }
        let listener = UnixListener::bind(path).map_err(fail("listen on"))?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(fail("protect"))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// Serves until the cluster ends; then the socket is removed.
    pub(crate) async fn serve(self, api: Api) {
        let shutdown = api.shutdown.clone();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = self.listener.accept() => match accepted {
                    // Before its mode was set, others could have opened it.
                    Ok((stream, _)) if !is_own(&stream) => {}
                    Ok((stream, _)) => {
                        tokio::spawn(serve_connection(api.clone(), stream, None));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                },
            }
        }
        // Nothing to be done if somebody removed it before.
        let _ = std::fs::remove_file(&self.path);
    }
}
