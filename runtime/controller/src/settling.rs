//! The rights of others after an outage.
//!
//! An API server that has just been started serves requests before it has read all roles and
//! accounts, and until then it refuses what is allowed. Nobody may take that for an answer.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use kube::client::Body;
use kube::core::Status;
use parking_lot::Mutex;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;
use tower::{BoxError, Layer, Service};

/// How long after an outage a refusal is not believed.
const DOUBT: Duration = Duration::from_secs(20);

/// The body of an answer.
type Answer = UnsyncBoxBody<Bytes, BoxError>;

/// Turns what is refused soon after an outage into "not available now".
#[derive(Clone, Default)]
pub(crate) struct Settling(Arc<Mutex<Option<Instant>>>);

impl Settling {
    fn outage(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    fn doubts(&self, status: StatusCode) -> bool {
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            && self.0.lock().is_some_and(|last| last.elapsed() < DOUBT)
    }
}

impl<S> Layer<S> for Settling {
    type Service = Settled<S>;

    fn layer(&self, inner: S) -> Settled<S> {
        Settled {
            inner,
            settling: self.clone(),
        }
    }
}

/// See [`Settling`].
#[derive(Clone)]
pub(crate) struct Settled<S> {
    inner: S,
    settling: Settling,
}

impl<S, B> Service<Request<Body>> for Settled<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Answer>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let settling = self.settling.clone();
        let path = request.uri().path().to_owned();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await.inspect_err(|_| settling.outage())?;
            let status = answer.status();
            if settling.doubts(status) {
                tracing::warn!(path, %status, "refused soon after an outage; asking again");
                return unavailable();
            }
            if status.is_server_error() {
                settling.outage();
            }
            // A watch that breaks off is often the first that is seen of an outage.
            Ok(answer.map(|body| {
                body.map_err(move |error| {
                    settling.outage();
                    error.into()
                })
                .boxed_unsync()
            }))
        })
    }
}

/// As a server says it that is not ready yet.
fn unavailable() -> Result<Response<Answer>, BoxError> {
    let code = StatusCode::SERVICE_UNAVAILABLE;
    let why = "the API server has just been started and does not know everybody's rights yet";
    let status = Status::failure(why, "ServiceUnavailable").with_code(code.as_u16());
    let answer = Response::builder()
        .status(code)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::RETRY_AFTER, "1");
    Ok(answer.body(
        Full::from(serde_json::to_vec(&status)?)
            .map_err(BoxError::from)
            .boxed_unsync(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use tower::ServiceExt as _;

    /// Answers with these status codes; 0 is a connection that is refused.
    async fn seen(codes: &[u16], pause: Duration) -> Vec<u16> {
        let settling = Settling::default();
        let mut seen = Vec::new();
        for code in codes {
            let code = *code;
            let server = tower::service_fn(move |_: Request<Body>| async move {
                if code == 0 {
                    return Err(BoxError::from("connection refused"));
                }
                let body = Full::new(Bytes::new()).map_err(|never: Infallible| match never {});
                Ok(Response::builder().status(code).body(body)?)
            });
            let request = Request::new(Body::empty());
            let answer = settling.layer(server).oneshot(request).await;
            seen.push(answer.map_or(0, |answer| answer.status().as_u16()));
            tokio::time::sleep(pause).await;
        }
        seen
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_an_answer_unless_there_was_an_outage() {
        let soon = Duration::from_secs(1);
        assert_eq!(seen(&[200, 403, 401], soon).await, [200, 403, 401]);
        assert_eq!(seen(&[0, 403, 401, 200], soon).await, [0, 503, 503, 200]);
        assert_eq!(seen(&[503, 403, 404], soon).await, [503, 503, 404]);
        assert_eq!(seen(&[0, 403], DOUBT).await, [0, 403]);
    }
}
