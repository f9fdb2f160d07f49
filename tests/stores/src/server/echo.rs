//! A server that refuses every request and repeats it: its address, headers and body.

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::Result;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};

use super::http::{Running, serve};

/// Where a server may repeat what it was sent, besides the body of its answer.
const HEADERS: [HeaderName; 4] = [
    HeaderName::from_static("location"),
    HeaderName::from_static("retry-after"),
    HeaderName::from_static("www-authenticate"),
    HeaderName::from_static("x-amz-bucket-region"),
];

/// A server that refuses every request and repeats it.
pub struct Echo {
    /// Its address.
    pub address: SocketAddr,
    _running: Running,
}

impl Echo {
    /// Starts it; every answer has this status.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(status: StatusCode) -> Result<Self> {
        let service = hyper::service::service_fn(move |request: Request<Incoming>| async move {
            let said = said(request).await;
            let mut answer = Response::new(Full::new(Bytes::from(body(&said))));
            *answer.status_mut() = status;
            for name in HEADERS {
                if let Ok(value) = HeaderValue::from_str(&said.replace('\n', " ")) {
                    answer.headers_mut().insert(name, value);
                }
            }
            Ok::<_, Infallible>(answer)
        });
        let (address, running) = serve(service).await?;
        Ok(Self {
            address,
            _running: running,
        })
    }
}

/// Everything that the request holds.
async fn said(request: Request<Incoming>) -> String {
    let mut said = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        said.push_str(&format!(
            "{name}: {}\n",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    said.push_str(&String::from_utf8_lossy(&body));
    said
}

/// It stands where stores put codes, messages and regions, in the forms of all of them.
fn body(said: &str) -> String {
    let json = serde_json::json!({"error": said, "error_description": said});
    format!(
        "<Error><Code>{said}</Code><Message>{said}</Message><Region>{said}</Region></Error>\n{json}"
    )
}
