//! What happens to each request besides being sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use object_store::client::{
    HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};

use super::ConnectFailure;
use crate::checksum::Announced;

/// Longest pause that a store may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Pauses before the second and third attempt at the first connection.
const FIRST_CONTACT: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// How long a store that has never answered may take for a short request, connecting included.
const FIRST_ANSWER: Duration = Duration::from_secs(20);

/// The longest body of a short request.
const SHORT: usize = 64 << 10;

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

    /// Connects for the first time: three attempts, then the reason. One that has waited in vain is
    /// not repeated: the system has sent its packets again and again meanwhile.
    async fn first_contact(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut pauses = FIRST_CONTACT.into_iter();
        loop {
            let error = match self.attempt(request.clone()).await {
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

    /// A request to a store that has never answered: one that does not answer a short request soon is
    /// none. A long one takes the time that its way takes.
    async fn attempt(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if request.body().content_length() > SHORT {
            return self.inner.execute(request).await;
        }
        let answer = tokio::time::timeout(FIRST_ANSWER, self.inner.execute(request)).await;
        answer.unwrap_or_else(|_| {
            let kind = HttpErrorKind::Unknown;
            Err(HttpError::new(kind, ConnectFailure::Timeout))
        })
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
    let header = response.headers().get(RETRY_AFTER).filter(|_| throttled)?;
    let pause = pause(header.to_str().ok()?, Timestamp::now())?;
    Some(pause.min(LONGEST_PAUSE))
}

/// `Retry-After` (RFC 9110, 10.2.3): a number of seconds, or the time until which to wait.
fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    // A time that is over asks for no pause.
    Duration::try_from(until.duration_since(now)).ok()
}

#[cfg(test)]
mod tests {
    use super::pause;
    use std::time::Duration;

    #[test]
    fn retry_after_in_both_forms() {
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(pause("7", now), seconds(7));
        assert_eq!(pause("Sat, 21 Nov 2026 10:00:30 GMT", now), seconds(30));
        assert_eq!(pause("Sat, 21 Nov 2026 09:00:00 GMT", now), None);
        assert_eq!(pause("soon", now), None);
    }
}
