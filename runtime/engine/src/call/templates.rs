//! The template engine as functions see it.

use kanister_host::capability::template::{Dialect, TemplateError, Templates};
use kanister_template::{ConditionError, ErrorKind, Options, wait_condition, wait_v2_condition};
use serde_json::Value;

/// Conditions of Wait and WaitV2.
pub(crate) struct Conditions(pub(crate) Options);

impl Templates for Conditions {
    fn evaluate(
        &self,
        dialect: Dialect,
        template: &str,
        object: Value,
    ) -> Result<String, TemplateError> {
        let answer = match dialect {
            Dialect::Wait => {
                wait_condition(template, &object, &self.0).map_err(|error| match error {
                    ConditionError::Template(error) => of(&error),
                    other => TemplateError::Invalid(other.to_string()),
                })
            }
            Dialect::WaitV2 => {
                wait_v2_condition(template, &object, &self.0).map_err(|error| of(&error))
            }
        };
        Ok(answer?.to_string())
    }
}

fn of(error: &kanister_template::TemplateError) -> TemplateError {
    match error.kind() {
        ErrorKind::Limit => TemplateError::Limit(error.to_string()),
        _ => TemplateError::Invalid(error.to_string()),
    }
}
