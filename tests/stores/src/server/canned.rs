//! A server that always answers the same.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};

use super::http::{Running, serve};

/// A server that always answers the same.
pub struct Canned {
    /// Its address.
    pub address: SocketAddr,
    asked: Arc<AtomicUsize>,
    _running: Running,
}

impl Canned {
    /// Starts it; `headers` are added to the answer.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(
        status: StatusCode,
        headers: &'static [(&'static str, &'static str)],
        body: &'static str,
    ) -> Result<Self> {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                let _ = request.into_body().collect().await;
                let mut answer = Response::builder().status(status);
                for (name, value) in headers {
                    answer = answer.header(*name, *value);
                }
                answer.body(Full::new(Bytes::from_static(body.as_bytes())))
            }
        });
        let (address, running) = serve(service).await?;
        Ok(Self {
            address,
            asked,
            _running: running,
        })
    }

    /// How many requests came.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
