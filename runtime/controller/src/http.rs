//! Where metrics and health are served.

use crate::error::ControllerError;
use crate::settings::Listen;
use crate::telemetry::Metrics;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The type of metrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Whether this process does what it is for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub(crate) fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct Pages {
    listen: Listen,
    metrics: Metrics,
    readiness: Readiness,
}

/// Serves metrics and health; answers where.
///
/// # Errors
/// [`ControllerError::Listen`] if the address is taken.
pub(crate) async fn serve(
    listen: Listen,
    metrics: Metrics,
    readiness: Readiness,
) -> Result<SocketAddr, ControllerError> {
    let failed = |source| ControllerError::Listen {
        address: listen.address,
        source,
    };
    let listener = TcpListener::bind(listen.address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let pages = Arc::new(Pages {
        listen,
        metrics,
        readiness,
    });
    tokio::spawn(accept(listener, pages));
    Ok(address)
}

async fn accept(listener: TcpListener, pages: Arc<Pages>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of files, most likely: others must be closed first.
                tracing::warn!(%error, "a connection for metrics or health is not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let answer = pages.answer(&request);
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), answer);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection for metrics or health broke");
            }
        });
    }
}

impl Pages {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return page(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET\n");
        }
        self.page(request.uri().path())
    }

    fn page(&self, path: &str) -> Response<Full<Bytes>> {
        const JSON: &str = "application/json";
        let Listen {
            address: _,
            liveness,
            readiness,
            metrics,
            version,
        } = &self.listen;
        if path == "/healthz" || path == liveness {
            let alive = serde_json::json!({"alive": true, "version": version});
            return page(StatusCode::OK, JSON, alive.to_string());
        }
        if path == "/readyz" || path == readiness {
            return if self.readiness.get() {
                page(StatusCode::OK, JSON, r#"{"status":"ready"}"#)
            } else {
                page(
                    StatusCode::SERVICE_UNAVAILABLE,
                    JSON,
                    r#"{"status":"starting"}"#,
                )
            };
        }
        if path == "/metrics" && *metrics {
            return match self.metrics.text() {
                Ok(text) => page(StatusCode::OK, OPEN_METRICS, text),
                Err(error) => page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "text/plain",
                    format!("the metrics cannot be written: {error}\n"),
                ),
            };
        }
        page(StatusCode::NOT_FOUND, "text/plain", "not found\n")
    }
}

fn page(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(metrics: bool) -> Pages {
        Pages {
            listen: Listen {
                address: ([127, 0, 0, 1], 0).into(),
                liveness: "/v0/healthz".to_owned(),
                readiness: "/v0/readyz".to_owned(),
                metrics,
                version: "1".to_owned(),
            },
            metrics: Metrics::default(),
            readiness: Readiness::default(),
        }
    }

    #[test]
    fn it_is_alive_before_it_is_ready() {
        let pages = pages(false);
        let status = |path| pages.page(path).status().as_u16();
        assert_eq!((status("/healthz"), status("/readyz")), (200, 503));
        assert_eq!((status("/v0/healthz"), status("/v0/readyz")), (200, 503));
        pages.readiness.set(true);
        assert_eq!((status("/readyz"), status("/v0/readyz")), (200, 200));
        assert_eq!((status("/metrics"), status("/")), (404, 404));
        assert_eq!(self::pages(true).page("/metrics").status().as_u16(), 200);
    }
}
