//! A client in this process: real HTTP over a pipe, so that upgrades work as anywhere else.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::DuplexStream;
use tower::{BoxError, service_fn};

use super::serve_connection;
use crate::http::Api;

/// The capacity of the pipe in bytes.
const PIPE: usize = 64 << 10;

/// One end of a pipe to the API.
struct Pipe(TokioIo<DuplexStream>);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// A client of this API, with `default` as its namespace.
pub(crate) fn client(api: &Api) -> kube::Client {
    let api = api.clone();
    let connector = service_fn(move |_: Uri| {
        let api = api.clone();
        Box::pin(async move {
            if api.shutdown.is_cancelled() {
                return Err(std::io::Error::other("the embedded cluster has ended"));
            }
            let (near, far) = tokio::io::duplex(PIPE);
            tokio::spawn(serve_connection(api, far, None));
            Ok(Pipe(TokioIo::new(near)))
        })
    });
    let http: HttpClient<_, kube::client::Body> =
        HttpClient::builder(TokioExecutor::new()).build(connector);
    let service = service_fn(move |mut request: Request<kube::client::Body>| {
        let http = http.clone();
        async move {
            let path = request
                .uri()
                .path_and_query()
                .map_or("/", |path| path.as_str());
            *request.uri_mut() = format!("http://devcluster{path}").parse()?;
            http.request(request).await.map_err(BoxError::from)
        }
    });
    kube::Client::new(service, "default")
}
