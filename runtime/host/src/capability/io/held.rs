//! Bytes that the host holds for one call.
//!
//! A guest with a thousand handles and sixteen megabytes behind each would otherwise
//! take the host's memory without ever touching its own limit.

use crate::limits::{LimitHit, Meter};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The account of one call.
#[derive(Debug, Clone)]
pub struct Holdings {
    used: Arc<AtomicU64>,
    limit: u64,
    meter: Meter,
}

impl Holdings {
    /// An empty account.
    #[must_use]
    pub fn new(limit: u64, meter: Meter) -> Self {
        Self {
            used: Arc::default(),
            limit,
            meter,
        }
    }

    /// Charges `bytes` until the answer drops.
    ///
    /// # Errors
    /// The limit, if the call would hold more than that.
    pub fn hold(&self, bytes: u64) -> Result<Held, LimitHit> {
        let fits = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.limit);
        match self
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, fits)
        {
            Ok(_) => Ok(Held {
                account: Arc::clone(&self.used),
                bytes,
            }),
            Err(_) => {
                let hit = LimitHit::Held(self.limit);
                self.meter.record(hit.clone());
                Err(hit)
            }
        }
    }

    /// Bytes held now.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Acquire)
    }
}

/// A charge, given back on drop.
#[derive(Debug)]
pub struct Held {
    account: Arc<AtomicU64>,
    bytes: u64,
}

impl Held {
    /// Gives the charge back early.
    pub fn release(&mut self) {
        self.account
            .fetch_sub(std::mem::take(&mut self.bytes), Ordering::AcqRel);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_can_be_held_again() {
        let holdings = Holdings::new(100, Meter::default());
        let first = holdings.hold(80).unwrap();
        assert_eq!(holdings.hold(30).unwrap_err(), LimitHit::Held(100));
        drop(first);
        assert!(holdings.hold(100).is_ok());
        assert_eq!(holdings.used(), 0);
    }
}
