//! What a call may do: pure decisions, without I/O.
//!
//! # The argument
//!
//! - **Everything that leaves is an [`Access`]**, built by the transport from what it is about to
//!   send, never by the host function that wants to send it. So a forgotten check cannot leak.
//! - **An access is allowed if every layer allows it**: the author's manifest, the operator's
//!   grants, and the plan that the function made for its exact arguments. A layer allows an access
//!   if one of its rules allows all of it. There are no rules that deny, and what no rule mentions
//!   is not allowed; adding a layer can only take away.
//! - **Texts of a call are never patterns.** A plan becomes rules by construction, not by parsing,
//!   so no argument of a user, however it is spelled, stands for more than itself.
//! - **A denial is a value**: it comes before any effect, says which layer refused, and holds the
//!   one rule that would allow this access and no other.
//!
//! [`effective`] computes the intersection of layers as rules, for display. It is not what decides,
//! but the tests hold that both say the same.

mod access;
mod audit;
mod context;
mod decide;
mod denial;
mod effective;
mod exact;
mod grants;
mod layer;
mod plan;
mod section;
#[cfg(test)]
pub(crate) mod tests;

pub use access::{
    Access, ExecAccess, HttpAccess, KubernetesAccess, ObjectName, SecretAccess, StorageAccess,
    WorkloadAccess,
};
pub use audit::{AuditSink, Caller, Decision, TracingAudit};
pub use context::Context;
pub use decide::Authority;
pub use denial::{Denial, DeniedBy};
pub use effective::{effective, intersect};
pub use exact::exact;
pub use grants::{BoundSlot, FunctionIdentity, GrantConflict, Granted, granted};
pub use layer::{Layer, LayerKind};
pub use plan::{PlanError, ResolveKind, plan_rules};
