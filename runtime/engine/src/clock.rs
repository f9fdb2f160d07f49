//! The time of day, as records write it.

use k8s_openapi::jiff::Timestamp;
use kanister_api::Time;
use std::time::{Duration, SystemTime};

/// Now.
pub(crate) fn now() -> Time {
    Time(Timestamp::now())
}

/// The moment `length` after `time`; none beyond what a clock can show.
pub(crate) fn after(time: &Time, length: Duration) -> Option<SystemTime> {
    SystemTime::from(time.0).checked_add(length)
}

/// How long it is until `moment`; zero if it has passed.
pub(crate) fn until(moment: SystemTime) -> Duration {
    moment
        .duration_since(SystemTime::now())
        .unwrap_or_default()
}
