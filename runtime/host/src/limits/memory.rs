//! The limiter that wasmtime asks before a guest's memory or table grows.

use super::{LimitHit, Limits, Meter};
use wasmtime::ResourceLimiter;

/// Instances, memories and tables that one component may have. Interpreters compiled to
/// components need dozens of core instances.
const INSTANCES: usize = 128;
const MEMORIES: usize = 16;
const TABLES: usize = 128;

/// Counts memory and table elements over the whole component and records the hit.
#[derive(Debug)]
pub struct MemoryLimiter {
    memory: u64,
    table_elements: u64,
    used_memory: u64,
    used_elements: u64,
    meter: Meter,
}

impl MemoryLimiter {
    /// A limiter for a new store.
    #[must_use]
    pub fn new(limits: &Limits, meter: Meter) -> Self {
        Self {
            memory: limits.memory,
            table_elements: limits.table_elements,
            used_memory: 0,
            used_elements: 0,
            meter,
        }
    }

    /// Bytes of linear memory in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used_memory
    }
}

/// The new total if it stays below the limit.
fn grown(used: u64, current: usize, desired: usize, limit: u64) -> Option<u64> {
    let more = u64::try_from(desired.saturating_sub(current)).ok()?;
    used.checked_add(more).filter(|total| *total <= limit)
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        match grown(self.used_memory, current, desired, self.memory) {
            Some(total) => {
                self.used_memory = total;
                Ok(true)
            }
            None => {
                self.meter.record(LimitHit::Memory(self.memory));
                Ok(false)
            }
        }
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        match grown(self.used_elements, current, desired, self.table_elements) {
            Some(total) => {
                self.used_elements = total;
                Ok(true)
            }
            None => {
                self.meter
                    .record(LimitHit::TableElements(self.table_elements));
                Ok(false)
            }
        }
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }

    fn tables(&self) -> usize {
        TABLES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_all_memories_of_a_component() {
        let meter = Meter::default();
        let limits = Limits {
            memory: 10 << 16,
            ..Limits::default()
        };
        let mut limiter = MemoryLimiter::new(&limits, meter.clone());
        assert!(limiter.memory_growing(0, 6 << 16, None).unwrap());
        assert!(meter.hit().is_none());
        assert!(!limiter.memory_growing(0, 6 << 16, None).unwrap());
        assert_eq!(meter.hit(), Some(&LimitHit::Memory(10 << 16)));
    }

    #[test]
    fn a_memory_that_hits_its_own_maximum_is_not_a_hit_of_ours() {
        let meter = Meter::default();
        let mut limiter = MemoryLimiter::new(&Limits::default(), meter.clone());
        assert!(!limiter.memory_growing(0, 2 << 16, Some(1 << 16)).unwrap());
        assert!(meter.hit().is_none());
    }
}
