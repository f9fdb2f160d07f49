//! A server that always answers the same.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use bytes::Bytes;
use http::StatusCode;
use http::header::AUTHORIZATION;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};

use super::http::{Running, serve};

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The path and what follows it.
    pub uri: String,
    /// The header of that name; empty without one.
    pub authorization: String,
}

impl Seen {
    fn of(request: &Request<Incoming>) -> Self {
        let header = request.headers().get(AUTHORIZATION);
        let text = header.and_then(|value| value.to_str().ok());
        Self {
            uri: request.uri().to_string(),
            authorization: text.unwrap_or_default().to_owned(),
        }
    }
}

/// A server that always answers the same.
pub struct Canned {
    /// Its address.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
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
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            all.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Seen::of(&request));
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
            seen,
            _running: running,
        })
    }

    /// How many requests came.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.seen().len()
    }

    /// The requests that came.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}
