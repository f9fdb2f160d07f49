//! The host's template engine.

use crate::bindings::kanister::template::render;
use crate::context::Context;
use crate::failure::Result;
pub use render::Dialect;

impl Context {
    /// What a template says about an object.
    ///
    /// # Errors
    /// The text is no template, it failed on this object, or a limit was hit.
    pub fn render(
        &self,
        dialect: Dialect,
        template: &str,
        object: &serde_json::Value,
    ) -> Result<String> {
        Ok(render::evaluate(dialect, template, &object.to_string())?)
    }
}
