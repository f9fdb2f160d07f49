//! The CPU limit, counted in ticks of the engine's epoch.

use super::{LimitHit, Limits, Meter};
use crate::engine::TICK;
use wasmtime::UpdateDeadline;

/// How much computing a call has left.
///
/// The guest looks at the epoch in every loop and call. At each tick it yields, so that
/// other calls on the same thread go on, and pays one tick. A wait in the host costs at
/// most one tick, however long it took.
#[derive(Debug)]
pub struct CpuBudget {
    left: u64,
    limit: std::time::Duration,
    meter: Meter,
}

impl CpuBudget {
    /// The budget of a new call.
    #[must_use]
    pub fn new(limits: &Limits, meter: Meter) -> Self {
        let ticks = limits.cpu.as_nanos() / TICK.as_nanos().max(1);
        Self {
            left: u64::try_from(ticks).unwrap_or(u64::MAX),
            limit: limits.cpu,
            meter,
        }
    }

    /// Called when the guest notices a tick.
    ///
    /// # Errors
    /// The limit, once the budget is spent.
    pub fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(UpdateDeadline::Yield(1))
            }
            None => {
                let hit = LimitHit::Cpu(self.limit);
                self.meter.record(hit.clone());
                Err(wasmtime::Error::new(hit))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn ends_after_the_budget() {
        let meter = Meter::default();
        let limits = Limits {
            cpu: TICK * 3,
            ..Limits::default()
        };
        let mut budget = CpuBudget::new(&limits, meter.clone());
        for _ in 0..3 {
            assert!(budget.tick().is_ok());
        }
        assert!(budget.tick().is_err());
        assert_eq!(meter.hit(), Some(&LimitHit::Cpu(Duration::from_millis(30))));
    }
}
