//! The world of the cases: the real clock, randomness from a fixed seed, the environment of the case.

use kanister_template::World;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A world for tests; its randomness is no secret.
pub struct TestWorld {
    started: Instant,
    random: Mutex<ChaCha20Rng>,
    env: HashMap<String, String>,
}

impl TestWorld {
    /// A world with this environment.
    pub fn new(env: HashMap<String, String>) -> TestWorld {
        TestWorld {
            started: Instant::now(),
            random: Mutex::new(ChaCha20Rng::seed_from_u64(7)),
            env,
        }
    }
}

impl World for TestWorld {
    fn now(&self) -> (i64, u32) {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        (
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            since.subsec_nanos(),
        )
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(buffer);
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }

    fn lookup_host(&self, name: &str) -> Vec<String> {
        if name == "localhost" {
            vec!["127.0.0.1".into()]
        } else {
            Vec::new()
        }
    }
}
