//! `kanister:host/cancel`: a call is asked to stop before it is made to.

use crate::bindings::kanister::host::cancel as wit;
use crate::call::CallState;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Asks a call to stop.
#[derive(Debug)]
pub struct Canceller(watch::Sender<Option<Instant>>);

impl Canceller {
    /// Asks for a stop within `grace`. Only the first request counts.
    pub fn cancel(&self, grace: Duration) {
        self.0.send_if_modified(|until| {
            let first = until.is_none();
            if first {
                *until = Some(Instant::now() + grace);
            }
            first
        });
    }
}

/// What a call knows of it. Without a [`Canceller`] it is never asked.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Receiver<Option<Instant>>);

impl Cancel {
    /// A pair that belongs together.
    #[must_use]
    pub fn new() -> (Canceller, Self) {
        let (sender, receiver) = watch::channel(None);
        (Canceller(sender), Self(receiver))
    }

    /// A call that nobody will cancel.
    #[must_use]
    pub fn never() -> Self {
        Self::new().1
    }

    /// The grace left, once a stop was asked for.
    #[must_use]
    pub fn requested(&self) -> Option<Duration> {
        self.0
            .borrow()
            .map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Waits until a stop is asked for and answers until when; for ever if none is.
    pub async fn wait(&self) -> Instant {
        let mut receiver = self.0.clone();
        let asked = receiver.wait_for(Option::is_some).await.map(|until| *until);
        match asked {
            Ok(Some(until)) => until,
            _ => std::future::pending().await,
        }
    }
}

/// Whole milliseconds, as the contract counts.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl wit::Host for CallState {
    async fn requested(&mut self) -> wasmtime::Result<Option<u64>> {
        Ok(self.services.cancel.requested().map(millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_request_counts() {
        let (canceller, cancel) = Cancel::new();
        assert_eq!(cancel.requested(), None);
        canceller.cancel(Duration::from_secs(60));
        canceller.cancel(Duration::ZERO);
        assert!(cancel.requested().unwrap() > Duration::from_secs(50));
        cancel.wait().await;
    }

    #[tokio::test]
    async fn a_canceller_that_is_gone_cancels_nothing() {
        let (canceller, cancel) = Cancel::new();
        drop(canceller);
        let waited = tokio::time::timeout(Duration::from_millis(20), cancel.wait()).await;
        assert!(waited.is_err());
    }
}
