//! `kanister:host/clock`.

use super::cancel::millis;
use crate::bindings::kanister::host::clock as wit;
use crate::call::CallState;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl wit::Host for CallState {
    async fn now_ms(&mut self) -> wasmtime::Result<u64> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Ok(millis(now))
    }

    async fn monotonic_ms(&mut self) -> wasmtime::Result<u64> {
        Ok(millis(self.started.elapsed()))
    }

    async fn sleep_ms(&mut self, duration: u64) -> wasmtime::Result<Result<(), wit::Cancelled>> {
        let cancel = &self.services.cancel;
        tokio::select! {
            biased;
            until = cancel.wait() => {
                let left = until.saturating_duration_since(tokio::time::Instant::now());
                Ok(Err(wit::Cancelled { grace_ms: millis(left) }))
            }
            () = tokio::time::sleep(Duration::from_millis(duration)) => Ok(Ok(())),
        }
    }
}
