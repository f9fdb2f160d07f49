//! TLS on the loopback interface, with a certificate and a token of this cluster alone.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, Response, header};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::credentials::Credentials;
use super::serve_connection;
use crate::error::Error;
use crate::http::{Api, Body};
use crate::status::Status;

/// Whether a request carries the token; compared without telling how much of it fits.
pub(super) fn authorized<B>(request: &Request<B>, token: &str) -> bool {
    let sent = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let different = sent
        .bytes()
        .zip(token.bytes())
        .fold(0, |sum, (left, right)| sum | (left ^ right));
    sent.len() == token.len() && different == 0
}

pub(super) fn refusal() -> Response<Body> {
    crate::http::failure(&Status::unauthorized())
}

/// A listening TLS port.
pub(crate) struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    token: Arc<str>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Tls {
    pub(crate) async fn bind(
        address: SocketAddr,
        credentials: &Credentials,
    ) -> Result<Self, Error> {
        let fail = |source| Error::Listen {
            action: "listen on",
            place: address.to_string(),
            source,
        };
        let listener = TcpListener::bind(address).await.map_err(fail)?;
        let bound = listener.local_addr().map_err(fail)?;
        Ok(Self {
            listener,
            acceptor: TlsAcceptor::from(Arc::new(credentials.config()?)),
            token: credentials.token.clone(),
            address: bound,
        })
    }

    /// Serves until the cluster ends.
    pub(crate) async fn serve(self, api: Api) {
        let shutdown = api.shutdown.clone();
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            };
            // Small answers should not wait for more; a failure only costs time.
            let _ = stream.set_nodelay(true);
            let (acceptor, api, token) = (self.acceptor.clone(), api.clone(), self.token.clone());
            tokio::spawn(async move {
                match acceptor.accept(stream).await {
                    Ok(stream) => serve_connection(api, stream, Some(token)).await,
                    Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                }
            });
        }
    }
}
