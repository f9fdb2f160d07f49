//! Counts allocations per rendering.

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<()> {
    let counts = template_bench::each_rendering(|render| {
        render()?;
        let region = Region::new(ALLOCATOR);
        render()?;
        Ok(region.change().allocations)
    })?;
    for (name, allocations) in counts {
        println!("{name}: {allocations} allocations per rendering");
    }
    Ok(())
}
