//! The template engine, as a controller gives it to the host.

use kanister_host::capability::template::{Dialect, TemplateError, Templates};
use kanister_template::{Options, World, wait_condition, wait_v2_condition};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The template engine in a world where time stands still.
pub struct Engine;

struct StillWorld;

impl World for StillWorld {
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

impl Templates for Engine {
    fn evaluate(
        &self,
        dialect: Dialect,
        template: &str,
        object: Value,
    ) -> Result<String, TemplateError> {
        let options = Options::new(Arc::new(StillWorld));
        let holds = match dialect {
            Dialect::Wait => {
                wait_condition(template, &object, &options).map_err(|error| error.to_string())
            }
            Dialect::WaitV2 => {
                wait_v2_condition(template, &object, &options).map_err(|error| error.to_string())
            }
        };
        holds
            .map(|holds| holds.to_string())
            .map_err(TemplateError::Invalid)
    }
}
