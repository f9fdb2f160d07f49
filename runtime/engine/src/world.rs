//! What templates learn of the machine they are rendered on.

use kanister_template::World;
use std::net::ToSocketAddrs;
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The moment from which [`World::elapsed`] counts.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Between attempts to get random bytes from a system that has none.
const PAUSE: Duration = Duration::from_millis(10);

/// The clock, the randomness, the environment and the name service of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemWorld;

impl World for SystemWorld {
    fn now(&self) -> (i64, u32) {
        let (sign, distance) = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => (1, since),
            Err(before) => (-1, before.duration()),
        };
        let seconds = i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
        (sign * seconds, distance.subsec_nanos())
    }

    fn elapsed(&self) -> Duration {
        START.elapsed()
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        // Keys are made of these bytes: none is better than a guessable one.
        while getrandom::fill(buffer).is_err() {
            std::thread::sleep(PAUSE);
        }
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn lookup_host(&self, name: &str) -> Vec<String> {
        let found = (name, 0).to_socket_addrs();
        found
            .map(|all| all.map(|address| address.ip().to_string()).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_on_and_keys_differ() {
        let world = SystemWorld;
        assert!(world.now().0 > 1_700_000_000);
        let before = world.elapsed();
        assert!(world.elapsed() >= before);
        let (mut one, mut other) = ([0; 16], [0; 16]);
        world.fill_random(&mut one);
        world.fill_random(&mut other);
        assert_ne!(one, other);
    }
}
