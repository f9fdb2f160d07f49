//! The record of decisions.

use super::denial::Denial;

/// Who made an access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The invocation's id.
    pub invocation: String,
    /// The function's name.
    pub function: String,
    /// The ActionSet, as `namespace/name`.
    pub action_set: String,
}

/// One decision. Its texts hold tokens where the request will hold secrets.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// Who made the access.
    pub caller: &'a Caller,
    /// What the access was.
    pub access: &'a str,
    /// Why it was not allowed; none if it was.
    pub denial: Option<&'a Denial>,
}

/// Where decisions are recorded. A sink is called before the access happens and must not wait.
pub trait AuditSink: Send + Sync {
    /// Records one decision.
    fn record(&self, decision: &Decision<'_>);
}

/// Records decisions as events of the target `kanister::audit`: denials as warnings, the rest as
/// information.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingAudit;

impl AuditSink for TracingAudit {
    fn record(&self, decision: &Decision<'_>) {
        let Decision {
            caller:
                Caller {
                    invocation,
                    function,
                    action_set,
                },
            access,
            denial,
        } = decision;
        match denial {
            None => tracing::info!(
                target: "kanister::audit",
                invocation, function, action_set, access, allowed = true,
            ),
            Some(denial) => tracing::warn!(
                target: "kanister::audit",
                invocation, function, action_set, access, allowed = false,
                reason = denial.reason(), grant = denial.grant(),
            ),
        }
    }
}
