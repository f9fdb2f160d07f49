//! What operators see: metrics and logs.

mod audit;
mod metrics;
mod observer;

pub(crate) use audit::CountedAudit;
pub use metrics::Metrics;
pub(crate) use observer::RunObserver;
