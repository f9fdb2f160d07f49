//! `kanister:template/render`: conditions about objects that exist only later.

use crate::bindings::kanister::template::render as wit;
use crate::call::CallState;

/// In whose language a condition is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Conditions of Wait.
    Wait,
    /// Conditions of WaitV2.
    WaitV2,
}

/// Why a condition has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The text is no template, or it failed on this object.
    #[error("{0}")]
    Invalid(String),
    /// A limit of the template engine was hit.
    #[error("{0}")]
    Limit(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// The template engine, as functions see it.
pub trait Templates: Send + Sync {
    /// What `template` says about `object`.
    ///
    /// # Errors
    /// See [`TemplateError`].
    fn evaluate(
        &self,
        dialect: Dialect,
        template: &str,
        object: serde_json::Value,
    ) -> Result<String, TemplateError>;
}

impl wit::Host for CallState {
    async fn evaluate(
        &mut self,
        dialect: wit::Dialect,
        template: String,
        object: String,
    ) -> wasmtime::Result<Result<String, wit::Error>> {
        let Some(engine) = self.services.templates.clone() else {
            return Ok(Err(wit::Error::Other(
                "this host was started without a template engine".to_owned(),
            )));
        };
        let dialect = match dialect {
            wit::Dialect::Wait => Dialect::Wait,
            wit::Dialect::WaitV2 => Dialect::WaitV2,
        };
        let object = match serde_json::from_str(&object) {
            Ok(object) => object,
            Err(error) => {
                return Ok(Err(wit::Error::Invalid(format!(
                    "the object is not JSON: {error}"
                ))));
            }
        };
        // A template computes; it must not keep the thread from other calls.
        let rendered =
            tokio::task::spawn_blocking(move || engine.evaluate(dialect, &template, object)).await;
        Ok(match rendered {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(TemplateError::Invalid(why))) => Err(wit::Error::Invalid(why)),
            Ok(Err(TemplateError::Limit(why))) => Err(wit::Error::Limit(why)),
            Ok(Err(TemplateError::Other(why))) => Err(wit::Error::Other(why)),
            Err(_) => Err(wit::Error::Other("the template engine failed".to_owned())),
        })
    }
}
