//! Operations that take long: their timeout, and their end when the call is to stop.
//!
//! A cancelled call has a grace in which it may clean up: release a lock in a database,
//! scale a workload back. So cancellation is told to each operation that was under way,
//! and to the first one after it if there was none; what a function begins after it was
//! told runs on, until the grace ends.

use super::error::KubeError;
use crate::capability::cancel::Cancel;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Whether a call has been told that it is cancelled. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<AtomicBool>);

/// One operation. It lives as long as the operation does.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// None: it began after the function was told.
    cancel: Option<(Cancel, Told)>,
}

impl Scope {
    /// Begins an operation.
    ///
    /// # Errors
    /// [`KubeError::Cancelled`] if the function has to be told now.
    pub(super) fn begin(cancel: &Cancel, told: &Told) -> Result<Self, KubeError> {
        if cancel.requested().is_none() {
            return Ok(Self {
                cancel: Some((cancel.clone(), told.clone())),
            });
        }
        if told.0.swap(true, Ordering::AcqRel) {
            Ok(Self { cancel: None })
        } else {
            Err(KubeError::Cancelled)
        }
    }

    /// Does it, unless the call is to stop.
    ///
    /// # Errors
    /// The operation's own, or [`KubeError::Cancelled`].
    pub(super) async fn run<T, E: From<KubeError>>(
        &self,
        operation: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            biased;
            () = self.cancelled() => Err(KubeError::Cancelled.into()),
            done = operation => done,
        }
    }

    /// The same with a limit of time.
    ///
    /// # Errors
    /// Also [`KubeError::Timeout`].
    pub(super) async fn run_within<T, E: From<KubeError>>(
        &self,
        timeout: Duration,
        operation: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.run(async {
            tokio::time::timeout(timeout, operation)
                .await
                .unwrap_or(Err(KubeError::Timeout.into()))
        })
        .await
    }

    async fn cancelled(&self) {
        match &self.cancel {
            Some((cancel, told)) => {
                cancel.wait().await;
                told.0.store(true, Ordering::Release);
            }
            None => std::future::pending().await,
        }
    }
}

/// The longest that anything waits: no call lives longer, and the clock cannot overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The moment at which a guest's timeout ends, however long it says.
pub(super) fn deadline(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(60);

    async fn quick() -> Result<u8, KubeError> {
        Ok(1)
    }

    async fn endless() -> Result<u8, KubeError> {
        std::future::pending().await
    }

    #[tokio::test]
    async fn an_operation_under_way_is_told_and_the_next_one_runs() {
        let (canceller, cancel) = Cancel::new();
        let told = Told::default();
        let scope = Scope::begin(&cancel, &told).unwrap();
        let other = Scope::begin(&cancel, &told).unwrap();
        canceller.cancel(GRACE);
        assert_eq!(scope.run(endless()).await, Err(KubeError::Cancelled));
        assert_eq!(other.run(endless()).await, Err(KubeError::Cancelled));
        let cleanup = Scope::begin(&cancel, &told).unwrap();
        assert_eq!(cleanup.run(quick()).await, Ok(1));
    }

    #[tokio::test]
    async fn the_first_operation_after_a_cancellation_is_told() {
        let (canceller, cancel) = Cancel::new();
        let told = Told::default();
        canceller.cancel(GRACE);
        assert_eq!(
            Scope::begin(&cancel, &told).unwrap_err(),
            KubeError::Cancelled
        );
        assert!(Scope::begin(&cancel, &told).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out() {
        let scope = Scope::begin(&Cancel::never(), &Told::default()).unwrap();
        let late = scope.run_within(GRACE, endless()).await;
        assert_eq!(late, Err(KubeError::Timeout));
    }
}
