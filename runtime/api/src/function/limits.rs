//! What a call may use up.

use serde::{Deserialize, Serialize};

use super::size::ByteSize;
use crate::Duration;

/// Limits of one call, each optional.
///
/// In a manifest they are what the author asks for; in a grant they replace what the author asked
/// for, up to the maximum of the host. What neither names has the host's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Linear memory of the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<ByteSize>,
    /// Time that the component itself computes; waiting for the host does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Duration>,
    /// Time from the start of the call to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<Duration>,
    /// Handles of the host that are open at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handles: Option<u32>,
    /// Text that the component may log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<ByteSize>,
    /// Bytes that one call of a host function may copy between host and component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<ByteSize>,
    /// Calls of this function that run at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

impl Limits {
    /// These limits where they are set, `other`'s where they are not.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        let Self {
            memory,
            cpu,
            wall,
            handles,
            log,
            copies,
            concurrency,
        } = self;
        Self {
            memory: memory.or(other.memory),
            cpu: cpu.or_else(|| other.cpu.clone()),
            wall: wall.or_else(|| other.wall.clone()),
            handles: handles.or(other.handles),
            log: log.or(other.log),
            copies: copies.or(other.copies),
            concurrency: concurrency.or(other.concurrency),
        }
    }
}
