//! What tests of the engine share.

use kanister_template::{Options, World};
use std::sync::Arc;
use std::time::Duration;

struct Still;

impl World for Still {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn fill_random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
    fn env(&self, _: &str) -> Option<String> {
        None
    }
    fn lookup_host(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// How templates are rendered in tests: the clock stands still.
pub(crate) fn options() -> Options {
    Options::new(Arc::new(Still))
}
