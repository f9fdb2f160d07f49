//! A world for unit tests: time stands still, randomness is none.

use crate::options::World;
use std::time::Duration;

pub(crate) struct StillWorld;

impl World for StillWorld {
    fn now(&self) -> (i64, u32) {
        (1_700_000_000, 0)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        for (i, byte) in buffer.iter_mut().enumerate() {
            *byte = i as u8;
        }
    }

    fn env(&self, name: &str) -> Option<String> {
        (name == "HOME").then(|| "/root".into())
    }

    fn lookup_host(&self, _: &str) -> Vec<String> {
        vec!["127.0.0.1".into()]
    }
}
