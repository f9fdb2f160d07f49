//! A run: from a Blueprint and an ActionSet to a finished ActionSet.
//!
//! The engine knows no watch loop and no command line. Whoever drives it gives it a [`Seat`]: where
//! the ActionSet is recorded ([`RunStore`]), where events go ([`EventSink`]), the cluster
//! ([`Clients`]), and who watches ([`Observer`]). Then [`Engine::run`] initialises a new ActionSet,
//! claims a pending one or resumes one that a process before left, and drives it to its end.
//!
//! # What is durable, and when
//!
//! Each transition is recorded before the next effect: a phase is `running` in the record before
//! its function is called, and `complete` with its outputs before the next phase begins. The
//! journal (`status.run`) is part of the same writes. What a resumed run needs besides (the
//! parameters of templates without secrets, the notes of functions) is saved before the first effect,
//! if anything after it needs them.
//!
//! A resumed run does not repeat complete phases. A phase that was under way is called again, with
//! the same invocation id, if its function says that this is safe; otherwise it fails and names what
//! may still be running.
//!
//! # The parts
//!
//! - `seat`: the traits a driver implements. `control`: how it tells a run to stop.
//! - `begin`, `validate`, `record`: the ActionSet as a record, and the one place that writes it.
//! - `params`: what templates and functions get to see.
//! - `action`: the phases of one action, in order, and its deferPhase. `call`: one call of a function.

mod action;
mod actions;
mod begin;
mod call;
mod clock;
mod control;
mod end;
mod engine;
mod failure;
mod params;
mod patience;
mod preview;
mod record;
mod seat;
mod settings;
mod sweep;
#[cfg(test)]
mod testing;
mod validate;
mod world;

pub use control::{CancelReason, RunControl, RunHandle};
pub use end::{NotOurs, RunEnd, RunError};
pub use engine::Engine;
pub use preview::{ActionPreview, PhasePreview};
pub use record::{FINALIZER, needs_run};
pub use seat::{
    Clients, ClusterClients, EventKind, EventSink, Notes, ObjectKey, Observer, PhaseAt,
    PhaseOutcome, ReadError, RunEvent, RunStore, Seat, StoreError, Unobserved,
};
pub use settings::Settings;
pub use validate::{ValidationError, validate};
pub use world::SystemWorld;
