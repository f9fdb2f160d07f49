//! How a phase or an action runs: additions of this project, all optional.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::duration::Duration;
use crate::unknown::UnknownFields;
use crate::wire::{is_zero, or_default};
use crate::words::words;

words! {
    /// How the actions of an ActionSet follow each other.
    pub enum ExecutionMode {
        /// All at once; the default.
        Parallel = "parallel",
        /// One after another in the order of `spec.actions`; after a failed one the rest does not
        /// run.
        Sequential = "sequential",
    }
}

words! {
    /// Which failures are tried again.
    pub enum RetryOn {
        /// Those that the function itself calls retryable; the default.
        Retryable = "retryable",
        /// Every failure except a denial, a cancellation and wrong arguments. Only for phases that
        /// may run twice.
        All = "all",
    }
}

/// How often and when a failed phase is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryPolicy {
    /// How often the phase runs at most, the first time included; 1 means no retry.
    pub attempts: NonZeroU32,
    /// How long to wait before the second attempt; 10 s if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Duration>,
    /// By what each further wait is longer than the one before; 2 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<NonZeroU32>,
    /// The longest wait between two attempts; 5 min if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_delay: Option<Duration>,
    /// Which failures are tried again. (Not called `on`, which YAML reads as `true`.)
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "is_zero"
    )]
    pub failures: RetryOn,
    /// Fields of other versions, kept for writing back.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl RetryPolicy {
    const DELAY: std::time::Duration = std::time::Duration::from_secs(10);
    const MAX_DELAY: std::time::Duration = std::time::Duration::from_secs(300);
    const FACTOR: u32 = 2;

    /// How long to wait after the failed attempt number `failed` (from 1), or `None` if it was the
    /// last one.
    #[must_use]
    pub fn wait_after(&self, failed: u32) -> Option<std::time::Duration> {
        if failed >= self.attempts.get() {
            return None;
        }
        let longest = self
            .max_delay
            .as_ref()
            .map_or(Self::MAX_DELAY, Duration::length);
        let mut wait = self
            .delay
            .as_ref()
            .map_or(Self::DELAY, Duration::length)
            .min(longest);
        let factor = self.factor.map_or(Self::FACTOR, NonZeroU32::get);
        for _ in 1..failed {
            if factor == 1 || wait >= longest {
                break;
            }
            wait = wait.saturating_mul(factor).min(longest);
        }
        Some(wait)
    }
}
