//! The time of day, as records write it.

use k8s_openapi::jiff::Timestamp;
use kanister_api::Time;
use std::time::{Duration, SystemTime};

/// Now, in whole seconds: what is stored has no more, and a record that differed from it by less
/// would be written again.
pub(crate) fn now() -> Time {
    let now = Timestamp::now();
    Time(Timestamp::from_second(now.as_second()).unwrap_or(now))
}

/// The moment `length` after `time`; none beyond what a clock can show.
pub(crate) fn after(time: &Time, length: Duration) -> Option<SystemTime> {
    SystemTime::from(time.0).checked_add(length)
}

/// How long it is until `moment`; zero if it has passed.
pub(crate) fn until(moment: SystemTime) -> Duration {
    moment.duration_since(SystemTime::now()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_same_when_it_comes_back_from_the_store() {
        let now = now();
        let stored = serde_json::to_string(&now).unwrap();
        assert_eq!(serde_json::from_str::<Time>(&stored).unwrap(), now);
    }
}
