//! Shares of sorted times.

use std::time::Duration;

/// Milliseconds at a share of the times.
pub fn at(times: &[Duration], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let place = (sorted.len() as f64 * share) as usize;
    let found = sorted.get(place.min(sorted.len().saturating_sub(1)));
    found.map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}
