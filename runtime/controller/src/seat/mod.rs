//! What a run of the engine stands on here: the API server.

mod events;
mod notes;
mod store;

pub(crate) use events::{About, EventQueue, RunEvents};
pub(crate) use store::{ApiStore, StatusWrites};
