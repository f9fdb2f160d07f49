//! Which version of the protocol a command is run with.
//!
//! With `v5` an API server translates between the client and the kubelet. When it loses the
//! kubelet meanwhile, it reports `Success`, since it saw no error. With `v4` it passes the
//! kubelet's own messages on, and what the kubelet did not say is not said. But `v4` cannot
//! close standard input, so only commands without one can have the better verdict.
//!
//! Source: `k8s.io/apiserver/pkg/util/proxy/streamtranslator.go`.

use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::{HeaderValue, Request, Response};
use kube::client::Body;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower::{BoxError, Service};

/// The client, offering `v4` alone.
pub(super) fn untranslated(client: &kube::Client) -> kube::Client {
    let namespace = client.default_namespace().to_owned();
    kube::Client::new(Untranslated(client.clone()), namespace)
}

struct Untranslated(kube::Client);

impl Service<Request<Body>> for Untranslated {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let v4 = HeaderValue::from_static("v4.channel.k8s.io");
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, v4);
        let client = self.0.clone();
        Box::pin(async move { Ok(client.send(request).await?) })
    }
}
