//! What happens to each request besides being sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use http::header::RETRY_AFTER;
use object_store::client::{
    HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};

use super::ConnectFailure;
use crate::checksum::Announced;

/// Longest pause that a store may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Pauses before the second and third attempt at the first connection.
const FIRST_CONTACT: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// Sends requests; see the fields and [`Service::call`].
#[derive(Debug)]
pub(super) struct Service {
    inner: HttpClient,
    /// Whether the store has ever answered. Before, a failure to connect is one of the settings and
    /// is reported soon; after, it is one of the network and the library's long patience applies.
    answered: AtomicBool,
}

impl Service {
    pub(super) fn new(inner: HttpClient) -> Self {
        Self {
            inner,
            answered: AtomicBool::new(false),
        }
    }

    /// Connects for the first time: three attempts, then the reason.
    async fn first_contact(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut pauses = FIRST_CONTACT.into_iter();
        loop {
            let error = match self.inner.execute(request.clone()).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(failure) = ConnectFailure::of(&error) else {
                return Err(error);
            };
            match pauses.next() {
                Some(pause) if !failure.is_final() => tokio::time::sleep(pause).await,
                // Unknown is the one kind that the library does not repeat.
                _ => return Err(HttpError::new(HttpErrorKind::Unknown, failure)),
            }
        }
    }
}

#[async_trait]
impl HttpService for Service {
    /// Sends a request. A store that throttles and says how long gets its pause here; the library's
    /// own repetition follows. The checksums that the store announces travel with the response.
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let sent = match self.answered.load(Ordering::Relaxed) {
            true => self.inner.execute(request).await,
            false => self.first_contact(request).await,
        };
        let mut response = sent.map_err(named)?;
        self.answered.store(true, Ordering::Relaxed);
        if let Some(pause) = requested_pause(&response) {
            tracing::info!(seconds = pause.as_secs(), "the store asks for a pause");
            tokio::time::sleep(pause).await;
        }
        let announced = Announced::from_headers(response.headers());
        response.extensions_mut().insert(announced);
        Ok(response)
    }
}

/// Keeps the kind of an error, which decides about repetition, and says why there is no connection.
fn named(error: HttpError) -> HttpError {
    match ConnectFailure::of(&error) {
        Some(failure) => HttpError::new(error.kind(), failure),
        None => error,
    }
}

fn requested_pause(response: &HttpResponse) -> Option<Duration> {
    let throttled = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let seconds: u64 = response
        .headers()
        .get(RETRY_AFTER)
        .filter(|_| throttled)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}
