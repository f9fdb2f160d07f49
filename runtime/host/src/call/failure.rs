//! How a call ends without an answer.

use crate::authority::Denial;
use crate::bindings::kanister::function::types as wit;
use crate::bindings::kanister::io::types as io;
use crate::limits::{LimitHit, Limits, Meter};
use serde_json::Value;
use wasmtime::Trap;
use wasmtime::component::ResourceTableError;

/// Bytes of a message that a guest may put into an error of ours.
const LONGEST_MESSAGE: usize = 8 << 10;

/// An argument that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FieldError {
    /// Where in the arguments: `conditions.anyOf[0].condition`.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// A denial as it is told: by the gate, or by a function that passes on what the gate
/// told it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {access}: {reason}{}", below(.grant))]
pub struct DenialReport {
    /// What was asked for.
    pub access: String,
    /// Who refused it and why.
    pub reason: String,
    /// The line of a grant or manifest that would allow it; empty if none could.
    pub grant: String,
}

fn below(grant: &str) -> String {
    if grant.is_empty() {
        String::new()
    } else {
        format!("\n  {grant}")
    }
}

impl From<&Denial> for DenialReport {
    fn from(denial: &Denial) -> Self {
        Self {
            access: denial.access().to_owned(),
            reason: denial.reason().to_owned(),
            grant: denial.grant().to_owned(),
        }
    }
}

impl From<io::Denial> for DenialReport {
    fn from(denial: io::Denial) -> Self {
        Self {
            access: shortened(&denial.access),
            reason: shortened(&denial.reason),
            grant: shortened(&denial.grant),
        }
    }
}

/// A function's own account of a failure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Cause {
    /// A stable word for programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// More, as JSON.
    pub details: Option<Value>,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The arguments are wrong.
    #[error("{}", list(.0))]
    InvalidArguments(Vec<FieldError>),
    /// The authority refused something that the function needs.
    #[error("{0}")]
    Denied(Box<DenialReport>),
    /// The grants for it contradict each other.
    #[error("the grants do not fit together: {0}")]
    Grants(String),
    /// It was asked to stop and did.
    #[error("{0}")]
    Cancelled(Cause),
    /// It failed; the same call may succeed later.
    #[error("{0}")]
    Retryable(Cause),
    /// It failed for good.
    #[error("{0}")]
    Permanent(Cause),
    /// It used more than it may.
    #[error("{0}")]
    Limit(#[from] LimitHit),
    /// It broke down.
    #[error("the function broke down: {0}")]
    Trapped(String),
    /// Its answer is none.
    #[error("the function answered nonsense: {0}")]
    Malformed(String),
    /// The host has no room for another call.
    #[error("the host has no room for another call: {0}")]
    Busy(String),
}

fn list(errors: &[FieldError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    format!("wrong arguments: {}", lines.join("; "))
}

impl CallError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Retryable(_) | Self::Busy(_))
    }

    /// What ended a guest, from the error that wasmtime gives and the limit that was hit.
    pub(crate) fn of_guest(error: &wasmtime::Error, meter: &Meter, limits: &Limits) -> Self {
        if let Some(hit) = meter.hit() {
            return Self::Limit(hit.clone());
        }
        if let Some(hit) = error.downcast_ref::<LimitHit>() {
            return Self::Limit(hit.clone());
        }
        if let Some(ResourceTableError::Full) = error.downcast_ref() {
            return Self::Limit(LimitHit::Handles(limits.handles));
        }
        let root = error.root_cause().to_string();
        if root.contains(COPIES_EXHAUSTED) {
            return Self::Limit(LimitHit::HostCopies(limits.host_copies));
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => {
                Self::Limit(LimitHit::Stack(crate::engine::MAX_WASM_STACK))
            }
            Some(Trap::UnreachableCodeReached) => Self::Trapped(
                "it aborted, as a panic or a failed assertion does; its log may say why".to_owned(),
            ),
            Some(trap) => Self::Trapped(trap.to_string()),
            None => Self::Trapped(shortened(&root)),
        }
    }
}

/// How wasmtime words it; the type behind it is private. A test holds it.
const COPIES_EXHAUSTED: &str = "fuel allocated for hostcalls has been exhausted";

/// The beginning of a stranger's text, without control characters other than those that end
/// lines and columns.
pub(crate) fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if short.len() >= LONGEST_MESSAGE {
            short.push('…');
            break;
        }
        // Alone it would let a text write over the line that it stands in; before a line feed
        // it is the line end of messages that users know.
        let line_end = c == '\r' && characters.peek() == Some(&'\n');
        if !c.is_control() || c == '\n' || c == '\t' || line_end {
            short.push(c);
        }
    }
    short
}

impl From<wit::FieldError> for FieldError {
    fn from(error: wit::FieldError) -> Self {
        Self {
            path: shortened(&error.path),
            message: shortened(&error.message),
        }
    }
}

impl From<wit::Cause> for Cause {
    fn from(cause: wit::Cause) -> Self {
        let wit::Cause {
            code,
            message,
            details,
        } = cause;
        Self {
            code: shortened(&code),
            message: shortened(&message),
            // Details that are no JSON are dropped: the message says what people need.
            details: details.and_then(|text| serde_json::from_str(&text).ok()),
        }
    }
}

impl From<wit::Failure> for CallError {
    fn from(failure: wit::Failure) -> Self {
        match failure {
            wit::Failure::InvalidArgs(errors) => Self::invalid(errors),
            wit::Failure::Denied(denial) => Self::Denied(Box::new(denial.into())),
            wit::Failure::Cancelled(cause) => Self::Cancelled(cause.into()),
            wit::Failure::Retryable(cause) => Self::Retryable(cause.into()),
            wit::Failure::Permanent(cause) => Self::Permanent(cause.into()),
        }
    }
}

impl CallError {
    /// Wrong arguments, as a guest lists them.
    pub(crate) fn invalid(errors: Vec<wit::FieldError>) -> Self {
        const MOST: usize = 100;
        Self::InvalidArguments(errors.into_iter().take(MOST).map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_keeps_its_lines_and_nothing_that_steers_a_terminal() {
        assert_eq!(shortened("one\r\ntwo\n\tthree"), "one\r\ntwo\n\tthree");
        assert_eq!(shortened("fine\rover\u{1b}[2J\0"), "fineover[2J");
        assert!(shortened(&"x".repeat(1 << 20)).len() < LONGEST_MESSAGE + 8);
    }
}
