//! What one call may use, and how a call that used more is told so.
//!
//! A limit is only useful if the person who hits it learns its name. A guest that is
//! refused memory aborts with a bare trap, so whoever enforces a limit records the hit
//! in the call's [`Meter`]; the call's error then names the limit instead of the trap.

mod cpu;
mod memory;
mod quantity;

use kanister_api::function::Limits as Asked;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

pub use cpu::CpuBudget;
pub use memory::MemoryLimiter;
use quantity::{Bytes, Span};

/// The limits of one call.
///
/// The defaults fit a function that routes bytes and waits; a manifest may ask for more,
/// up to what the host's operator allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory over all memories of the component.
    pub memory: u64,
    /// Elements over all tables of the component.
    pub table_elements: u64,
    /// Time that the guest itself computes; waiting in the host does not count.
    pub cpu: Duration,
    /// Time from start to end, waiting included.
    pub wall: Duration,
    /// How long a cancelled call may go on, to clean up.
    pub grace: Duration,
    /// Resources (sources, processes, helpers, …) that a guest holds at one time.
    pub handles: usize,
    /// Bytes that one call into the host, or one answer of the guest, may copy.
    pub host_copies: usize,
    /// Bytes that the host holds for the call at one time, in pipes and in sources made of
    /// the guest's bytes.
    pub held: u64,
    /// Bytes of log in the whole call; lines past them are dropped and counted.
    pub log: u64,
    /// Calls of the function that run at one time; none: as many as the host has room for.
    pub concurrency: Option<u32>,
    /// Bytes of the answer to `run`, which becomes the phase's output.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table_elements: 100_000,
            cpu: Duration::from_secs(30),
            wall: Duration::from_secs(4 * 3600),
            grace: Duration::from_secs(30),
            handles: 1024,
            host_copies: 16 << 20,
            held: 32 << 20,
            log: 1 << 20,
            concurrency: None,
            output: 1 << 20,
        }
    }
}

impl Limits {
    /// The limits of `functions`, `validate` and `plan`: they compute, and nothing else.
    ///
    /// Memory is generous because an interpreter (Python, JavaScript) initialises itself
    /// in there.
    #[must_use]
    pub fn describing() -> Self {
        Self {
            memory: 256 << 20,
            cpu: Duration::from_secs(10),
            wall: Duration::from_secs(20),
            grace: Duration::ZERO,
            handles: 64,
            host_copies: 4 << 20,
            log: 64 << 10,
            ..Self::default()
        }
    }

    /// What a host allows if its operator says nothing else.
    #[must_use]
    pub fn maximum() -> Self {
        Self {
            memory: 1 << 30,
            cpu: Duration::from_secs(3600),
            wall: Duration::from_secs(24 * 3600),
            handles: 10_000,
            host_copies: 64 << 20,
            held: 128 << 20,
            log: 64 << 20,
            ..Self::default()
        }
    }

    /// These limits, but for those that a manifest or grant names.
    #[must_use]
    pub fn asked(self, asked: &Asked) -> Self {
        let Asked {
            memory,
            cpu,
            wall,
            handles,
            log,
            copies,
            concurrency,
        } = asked;
        let size = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
        Self {
            memory: memory.map_or(self.memory, |asked| asked.bytes()),
            cpu: cpu.as_ref().map_or(self.cpu, |asked| asked.length()),
            wall: wall.as_ref().map_or(self.wall, |asked| asked.length()),
            handles: handles.map_or(self.handles, |asked| size(asked.into())),
            log: log.map_or(self.log, |asked| asked.bytes()),
            host_copies: copies.map_or(self.host_copies, |asked| size(asked.bytes())),
            concurrency: concurrency.or(self.concurrency),
            ..self
        }
    }

    /// Each limit at most what `maximum` has.
    #[must_use]
    pub fn capped(self, maximum: &Self) -> Self {
        let Self {
            memory,
            table_elements,
            cpu,
            wall,
            grace,
            handles,
            host_copies,
            held,
            log,
            concurrency,
            output,
        } = self;
        Self {
            memory: memory.min(maximum.memory),
            table_elements: table_elements.min(maximum.table_elements),
            cpu: cpu.min(maximum.cpu),
            wall: wall.min(maximum.wall),
            grace: grace.min(maximum.grace),
            handles: handles.min(maximum.handles),
            host_copies: host_copies.min(maximum.host_copies),
            held: held.min(maximum.held),
            log: log.min(maximum.log),
            concurrency: match (concurrency, maximum.concurrency) {
                (Some(asked), Some(most)) => Some(asked.min(most)),
                (asked, most) => asked.or(most),
            },
            output: output.min(maximum.output),
        }
    }
}

/// The limit that ended a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitHit {
    /// Linear memory.
    #[error("the function asked for more than its memory limit of {}", Bytes(*.0))]
    Memory(u64),
    /// Table elements.
    #[error("the function asked for more than its limit of {0} table elements")]
    TableElements(u64),
    /// Computing time.
    #[error("the function computed for longer than its CPU limit of {}", Span(*.0))]
    Cpu(Duration),
    /// Time from start to end.
    #[error("the function took longer than its time limit of {}", Span(*.0))]
    Wall(Duration),
    /// It was cancelled and went on for longer than the grace it had.
    #[error("the function was cancelled and did not end within its grace of {}", Span(*.0))]
    Grace(Duration),
    /// Open resources.
    #[error("the function held more than its limit of {0} open handles")]
    Handles(usize),
    /// Bytes copied in one crossing.
    #[error("the function passed more than its limit of {} in one call", Bytes(*.0 as u64))]
    HostCopies(usize),
    /// Bytes that the host holds.
    #[error("the function left more than its limit of {} in the host's hands", Bytes(*.0))]
    Held(u64),
    /// Call depth.
    #[error("the function recursed deeper than its stack of {}", Bytes(*.0 as u64))]
    Stack(usize),
    /// The answer of `run`.
    #[error("the function returned more than its output limit of {}", Bytes(*.0 as u64))]
    Output(usize),
}

impl LimitHit {
    /// The limit's name in manifests, grants and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            Self::TableElements(_) => "tables",
            Self::Cpu(_) => "cpu",
            Self::Wall(_) => "wall",
            Self::Grace(_) => "grace",
            Self::Handles(_) => "handles",
            Self::HostCopies(_) => "copies",
            Self::Held(_) => "held",
            Self::Stack(_) => "stack",
            Self::Output(_) => "output",
        }
    }
}

/// Remembers the first limit that a call hit.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<OnceLock<LimitHit>>);

impl Meter {
    /// Records a hit; only the first one counts, since later ones follow from it.
    pub fn record(&self, hit: LimitHit) {
        // A second hit loses against the first, which is what `set` does.
        let _ = self.0.set(hit);
    }

    /// The limit that was hit, if any.
    #[must_use]
    pub fn hit(&self) -> Option<&LimitHit> {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named_in_its_message() {
        let hits = [
            (LimitHit::Memory(64 << 20), "64 MiB"),
            (LimitHit::Cpu(Duration::from_secs(30)), "30 s"),
            (LimitHit::Wall(Duration::from_millis(1500)), "1.5 s"),
            (LimitHit::Handles(1024), "1024"),
            (LimitHit::HostCopies(16 << 20), "16 MiB"),
            (LimitHit::Stack(512 << 10), "512 KiB"),
        ];
        for (hit, figure) in hits {
            assert!(hit.to_string().contains(figure), "{hit}");
        }
    }

    #[test]
    fn the_first_hit_counts() {
        let meter = Meter::default();
        meter.record(LimitHit::Memory(1));
        meter.record(LimitHit::Handles(1));
        assert_eq!(meter.hit(), Some(&LimitHit::Memory(1)));
    }

    #[test]
    fn a_cap_never_raises_a_limit() {
        let small = Limits {
            memory: 1,
            ..Limits::default()
        };
        assert_eq!(small.clone().capped(&Limits::default()).memory, 1);
        assert_eq!(Limits::default().capped(&small).memory, 1);
    }
}
