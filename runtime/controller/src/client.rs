//! The connection to the cluster: one for everything, so that it can be counted.

use crate::error::ControllerError;
use crate::settling::Settling;
use crate::telemetry::Metrics;
use http::{Request, Response};
use kube::Config;
use kube::client::retry::RetryPolicy;
use kube::client::{Body, ClientBuilder};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::buffer::BufferLayer;
use tower::retry::RetryLayer;
use tower::{Layer, Service};

/// Requests that may wait for the connection.
const WAITING: usize = 1024;

/// The pauses between attempts where the server names none.
const PAUSES: std::ops::Range<Duration> = Duration::from_millis(20)..Duration::from_secs(5);

/// Attempts after the first: some seconds. Who needs the answer asks again afterwards, and says so.
const ATTEMPTS: u32 = 6;

/// A connection that counts its requests. It waits and asks again where the API server says 429,
/// 503 or 504, as long as `Retry-After` says, and does not take for an answer what an API server
/// refuses that has just been started. Nothing is sent yet.
///
/// # Errors
/// [`ControllerError::Connect`] if the configuration is of no use.
pub fn connect(mut config: Config, metrics: &Metrics) -> Result<kube::Client, ControllerError> {
    // Below the others it would hide from them what is asked again.
    config.default_retry = false;
    let builder = ClientBuilder::try_from(config).map_err(ControllerError::Connect)?;
    let builder = builder
        .with_layer(&BufferLayer::new(WAITING))
        .with_layer(&Counting(metrics.clone()))
        .with_layer(&Settling::default());
    Ok(
        match RetryPolicy::new(PAUSES.start, PAUSES.end, ATTEMPTS, true) {
            Ok(policy) => builder.with_layer(&RetryLayer::new(policy)).build(),
            // Pauses that are none: not those above.
            Err(_) => builder.build(),
        },
    )
}

#[derive(Clone)]
struct Counting(Metrics);

impl<S> Layer<S> for Counting {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted {
            inner,
            metrics: self.0.clone(),
        }
    }
}

/// Counts requests by method and status.
#[derive(Clone)]
struct Counted<S> {
    inner: S,
    metrics: Metrics,
}

impl<S, B> Service<Request<Body>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = request.method().clone();
        let metrics = self.metrics.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            let status = answer.as_ref().map(|answer| answer.status().as_u16()).ok();
            metrics.api_request(method.as_str(), status);
            answer
        })
    }
}
