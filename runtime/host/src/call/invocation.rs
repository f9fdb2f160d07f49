//! What a function is asked.

use crate::bindings::kanister::function::types as wit;
use semver::Version;
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// A call before it is made: the question to `validate` and `plan`.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The function's name.
    pub function: String,
    /// Its version.
    pub version: Version,
    /// Its arguments: JSON, with tokens in place of secrets.
    pub args: Value,
    /// The parameters of the run that a function may see, without credentials.
    pub params: Value,
}

impl From<&Question> for wit::Call {
    fn from(question: &Question) -> Self {
        let Question {
            function,
            version,
            args,
            params,
        } = question;
        Self {
            function: function.clone(),
            version: version.to_string(),
            args: args.to_string(),
            params: params.to_string(),
            extensions: Vec::new(),
        }
    }
}

/// A call that is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The same in every attempt of one phase.
    pub id: String,
    /// What is asked.
    pub question: Question,
    /// The ActionSet's name.
    pub action_set: String,
    /// The action's name.
    pub action: String,
    /// The phase's name.
    pub phase: String,
    /// 1 the first time; a call that goes on after an interruption is the same attempt.
    pub attempt: u32,
    /// When the host ends the call.
    pub deadline: Option<SystemTime>,
}

impl From<&Invocation> for wit::Invocation {
    fn from(invocation: &Invocation) -> Self {
        let Invocation {
            id,
            question,
            action_set,
            action,
            phase,
            attempt,
            deadline,
        } = invocation;
        let wit::Call {
            function,
            version,
            args,
            params,
            extensions,
        } = question.into();
        Self {
            id: id.clone(),
            function,
            version,
            action_set: action_set.clone(),
            action: action.clone(),
            phase: phase.clone(),
            attempt: *attempt,
            deadline_ms: deadline.map(|deadline| {
                let since = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            }),
            args,
            params,
            extensions,
        }
    }
}
