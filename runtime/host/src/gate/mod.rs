//! The one gate, at the transport.
//!
//! # The argument
//!
//! - **The check sits where bytes leave**, not in each host function. For Kubernetes that is the
//!   service under the client ([`mod@kube`]): a capability gets a client that already has the gate
//!   in it and cannot get another. So a capability cannot forget the check, and what is checked is
//!   the request that is sent, not what somebody says about it.
//! - **What is not understood is refused.** Requests are read as the API server's own resolver reads
//!   them, and wherever two readers could differ (encoded slashes, empty segments, semicolons in a
//!   query, two values for one parameter) the request is refused rather than interpreted. Bodies
//!   that are checked are sent as they were checked, written anew from what was read, so no second
//!   key of the same name can hide in them.
//! - **Check, then reveal.** Guests hold tokens instead of secrets. The gate decides about the
//!   request with tokens in it, and only then puts the bytes in; a token in a place where it would
//!   change the decision is refused. So no secret reaches a decision, a denial or the audit.
//! - **Every decision is recorded**, allowed or not, before anything happens.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::authority::{Access, AuditSink, Authority, Caller, Decision, Denial};

pub mod http;
pub mod kube;
pub mod storage;

pub use self::kube::denial_of;

/// What stands behind the tokens that a guest holds instead of secrets.
///
/// The gate calls it after its check on what leaves, and before the guest on what comes back.
pub trait Reveal: Send + Sync {
    /// Whether there is nothing to reveal or conceal, so that nothing has to be looked at.
    fn is_empty(&self) -> bool;

    /// The text with every token replaced by what it stands for.
    fn reveal_text<'a>(&self, text: &'a str) -> Cow<'a, str>;

    /// The text with everything a token stands for replaced by the token: as it is, in base64, and
    /// as JSON escapes it.
    fn conceal_text<'a>(&self, text: &'a str) -> Cow<'a, str>;
}

/// The gate of one call. Clones are the same gate.
#[derive(Clone)]
pub struct Gate {
    caller: Arc<Caller>,
    authority: Arc<Authority>,
    audit: Arc<dyn AuditSink>,
}

impl Gate {
    /// The gate of the call `caller`, which may do what `authority` allows.
    #[must_use]
    pub fn new(caller: Caller, authority: Arc<Authority>, audit: Arc<dyn AuditSink>) -> Self {
        Self {
            caller: Arc::new(caller),
            authority,
            audit,
        }
    }

    /// Decides about an access and records the decision.
    ///
    /// # Errors
    /// [`Denial`] if a layer of the authority does not allow it.
    pub fn check(&self, access: &Access) -> Result<(), Denial> {
        let decision = match access {
            // Whoever asks: a key that a store could read differently is no key.
            Access::Storage(object) if !storage::is_key_or_empty(&object.key) => {
                Err(Denial::by_gate(
                    access.to_string(),
                    "the key has empty segments, . or .., or control characters",
                ))
            }
            access => self.authority.decide(access),
        };
        self.record(&access.to_string(), decision.as_ref().err());
        decision
    }

    /// Refuses something that is no access, and records that.
    fn refuse(&self, what: impl Into<String>, why: impl Into<String>) -> Denial {
        let denial = Denial::by_gate(what, why);
        self.record(denial.access(), Some(&denial));
        denial
    }

    fn record(&self, access: &str, denial: Option<&Denial>) {
        self.audit.record(&Decision {
            caller: &self.caller,
            access,
            denial,
        });
    }

    /// The authority behind the gate.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}
