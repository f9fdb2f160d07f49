//! The functions that there are.

use async_trait::async_trait;
use kanister_host::arguments;
use kanister_host::call::{CallError, FieldError, Question};
use kanister_host::component::Descriptor;
use kanister_host::registry::{LookupError, Registry};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A function that is there.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it is.
    pub descriptor: Arc<Descriptor>,
    /// Whether the wanted version is missing and the default one takes its place.
    pub falls_back: bool,
}

/// The functions that a Blueprint can call.
#[async_trait]
pub trait Catalogue: Sync {
    /// The function of a name in a wanted version.
    ///
    /// # Errors
    /// There is none.
    fn find(&self, name: &str, version: &str) -> Result<Known, LookupError>;

    /// What the function itself finds wrong with arguments; nothing if it cannot be asked.
    async fn validate(
        &self,
        name: &str,
        version: &str,
        arguments: &Map<String, Value>,
    ) -> Vec<FieldError>;
}

#[async_trait]
impl Catalogue for Registry {
    fn find(&self, name: &str, version: &str) -> Result<Known, LookupError> {
        let found = Registry::find(self, name, version)?;
        Ok(Known {
            descriptor: found.function.descriptor,
            falls_back: found.instead_of.is_some(),
        })
    }

    async fn validate(
        &self,
        name: &str,
        version: &str,
        arguments: &Map<String, Value>,
    ) -> Vec<FieldError> {
        let Ok(found) = Registry::find(self, name, version) else {
            return Vec::new();
        };
        let function = found.function;
        // What is wrong by the descriptor is found without asking.
        let Ok(args) = arguments::check(&function.descriptor, arguments.clone()) else {
            return Vec::new();
        };
        let question = Question {
            function: function.descriptor.name.clone(),
            version: function.descriptor.version.clone(),
            args: Value::Object(args),
            params: Value::Object(Map::new()),
        };
        match function.plugin.validate(&question).await {
            Err(CallError::InvalidArguments(wrong)) => wrong,
            _ => Vec::new(),
        }
    }
}
