//! Decisions of the gate: counted, and in the log.

use super::metrics::Metrics;
use kanister_host::authority::{AuditSink, Decision, TracingAudit};

/// Counts decisions and writes them to the log.
pub(crate) struct CountedAudit(pub(crate) Metrics);

impl AuditSink for CountedAudit {
    fn record(&self, decision: &Decision<'_>) {
        let allowed = decision.denial.is_none();
        self.0.access(&decision.caller.function, allowed);
        TracingAudit.record(decision);
    }
}
