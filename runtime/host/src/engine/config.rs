//! Settings of the engine, each with its reason.

use super::EngineError;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Bytes of stack that a guest may recurse into.
pub const MAX_WASM_STACK: usize = 512 << 10;

/// Bytes of stack of the fiber that a call runs on: the guest's, and the host calls made
/// from there.
const FIBER_STACK: usize = 2 << 20;

/// Bytes of one memory's slot in the pool: more than any limit of ours can grant.
const MEMORY_SLOT: usize = 1 << 30;

/// Bytes of a memory that stay mapped for the next call; with PAGEMAP_SCAN only pages
/// that were written are kept and cleared.
const KEEP_RESIDENT: usize = 256 << 10;

/// Where instances get their memory from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    /// From slots reserved at start: an instance costs microseconds.
    Pooled,
    /// From the operating system at each call, where the address space is too small for
    /// a pool.
    OnDemand,
}

/// What a caller may choose.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Calls that run at one time; the pool has room for these and no more.
    pub concurrent_calls: u32,
    /// Whether to try the pool at all.
    pub pool: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            concurrent_calls: 1000,
            pool: true,
        }
    }
}

pub(super) fn make(options: &EngineOptions) -> Result<(wasmtime::Engine, Allocation), EngineError> {
    if options.pool {
        let mut config = base();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(
            options.concurrent_calls,
        )));
        // A small address space (a container limit, an unusual kernel) is no failure.
        if let Ok(engine) = wasmtime::Engine::new(&config) {
            return Ok((engine, Allocation::Pooled));
        }
    }
    let engine = wasmtime::Engine::new(&base()).map_err(EngineError::Configuration)?;
    Ok((engine, Allocation::OnDemand))
}

fn base() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(MAX_WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // The contract is plain functions; the bookkeeping of concurrent tasks would
        // double the price of a call.
        .concurrency_support(false)
        .memory_reservation(MEMORY_SLOT as u64)
        .memory_guard_size(64 << 10);
    config
}

fn pool(concurrent_calls: u32) -> PoolingAllocationConfig {
    // A describing store may live beside each running one.
    let calls = concurrent_calls.saturating_add(64);
    // A component of a compiled language has one memory and few tables and core
    // instances; interpreters have dozens.
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(4))
        .total_memories(calls.saturating_mul(2))
        .total_tables(calls.saturating_mul(4))
        .total_stacks(calls)
        .max_core_instances_per_component(128)
        .max_memories_per_component(16)
        .max_tables_per_component(128)
        .max_component_instance_size(8 << 20)
        .max_core_instance_size(8 << 20)
        .table_elements(100_000)
        .max_memory_size(MEMORY_SLOT)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto);
    pool
}
