//! What a run of the engine stands on here: the API server.

mod answer;
mod blueprints;
mod events;
mod leftover;
mod notes;
mod store;

pub(crate) use blueprints::Blueprints;
pub(crate) use events::{About, EventQueue, RunEvents};
pub(crate) use leftover::sweep;
pub(crate) use store::{ApiStore, StatusWrites};
