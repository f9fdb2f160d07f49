//! One call of a function: its state, its limits, its end.
//!
//! Each call has a store of its own that nobody uses again, so a trap, a leak or a lie
//! in one call reaches no other.

mod failure;
mod invocation;
mod pure;
mod run;
mod services;
mod state;
mod wasi;

pub use failure::{CallError, Cause, DenialReport, FieldError};
pub use invocation::{Invocation, Question};
pub use run::CallEnd;
pub use services::Services;
pub use state::CallState;

pub(crate) use pure::{
    PureState, functions as ask_functions, plan as ask_plan, validate as ask_validate,
};
pub(crate) use run::run as make_call;
pub(crate) use wasi::add_to_linker as add_wasi_to_linker;
