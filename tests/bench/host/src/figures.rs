//! Times, and what to say of them.

use std::time::Duration;

/// Times of one thing done many times.
#[derive(Default)]
pub struct Figures(Vec<Duration>);

impl Figures {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Prints median, 99th percentile and smallest.
    pub fn print(mut self, what: &str) {
        self.0.sort_unstable();
        let at = |share: usize| {
            let place = self.0.len().saturating_sub(1) * share / 100;
            self.0.get(place).copied().unwrap_or_default()
        };
        println!(
            "{what}: p50 {}, p99 {}, min {} ({} times)",
            micros(at(50)),
            micros(at(99)),
            micros(at(0)),
            self.0.len()
        );
    }
}

/// A time in microseconds or milliseconds.
pub fn micros(time: Duration) -> String {
    if time < Duration::from_millis(10) {
        format!("{:.1} µs", time.as_secs_f64() * 1e6)
    } else {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    }
}
