//! How clients reach the API: in process, through a Unix socket, or through TLS with a token.

mod credentials;
mod in_process;
mod kubeconfig;
mod tls;
mod unix;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) use credentials::Credentials;
pub(crate) use in_process::client;
pub(crate) use kubeconfig::{Access, kubeconfig, write_private};
pub(crate) use tls::Tls;
pub(crate) use unix::Socket;

use crate::http::Api;

/// Serves one connection until it ends or the cluster does. Connections with a wrong token are
/// answered, and told so.
async fn serve_connection<S>(api: Api, stream: S, token: Option<std::sync::Arc<str>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shutdown = api.shutdown.clone();
    let service = service_fn(move |request| {
        let (api, token) = (api.clone(), token.clone());
        async move {
            let response = match &token {
                Some(token) if !tls::authorized(&request, token) => tls::refusal(),
                _ => api.handle(request).await,
            };
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        result = connection => {
            if let Err(error) = result {
                tracing::debug!(%error, "a connection ended early");
            }
        }
        () = shutdown.cancelled() => {}
    }
}
