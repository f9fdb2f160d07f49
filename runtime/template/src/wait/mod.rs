//! Conditions of `Wait` and `WaitV2`: templates that say "true".

mod jsonpath;
mod substitute;

pub(crate) use substitute::without_paths;

use crate::error::TemplateError;
use crate::options::{Dialect, Options};
use crate::params::Params;
use crate::template::Template;
use serde_json::Value as Json;

/// Why a condition has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// A JSONPath of a `Wait` condition: not well formed, nothing found, or a value that cannot stand there.
    #[error("JSONPath {path}: {problem}")]
    Path {
        /// The path as written in the condition.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The template.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Evaluates a condition of `Wait` for an object: each `{ $.path }` in it is replaced by what the path finds, then the
/// text is rendered without data. True if the outcome is `true`, space around it aside.
///
/// What a path finds is data, never part of the template: a text in an object cannot add an action to it.
///
/// # Errors
/// [`ConditionError`] if a path finds nothing or the template fails.
pub fn wait_condition(
    condition: &str,
    object: &Json,
    options: &Options,
) -> Result<bool, ConditionError> {
    let template = Template::parse(&substitute::paths(condition, object)?, Dialect::GoWait)?;
    Ok(says_true(&template, &Params::nothing(), options)?)
}

/// Evaluates a condition of `WaitV2`: a template over the object. True if the outcome is `true`, space aside.
///
/// # Errors
/// [`TemplateError`] if the template does not parse or fails.
pub fn wait_v2_condition(
    condition: &str,
    object: &Json,
    options: &Options,
) -> Result<bool, TemplateError> {
    says_true(
        &Template::parse(condition, Dialect::GoWaitV2)?,
        &Params::object(object),
        options,
    )
}

fn says_true(
    template: &Template,
    params: &Params,
    options: &Options,
) -> Result<bool, TemplateError> {
    Ok(template.render(params, options)?.reveal().trim() == "true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::StillWorld;
    use serde_json::json;
    use std::sync::Arc;

    fn wait(condition: &str, object: &Json) -> Result<bool, ConditionError> {
        wait_condition(condition, object, &Options::new(Arc::new(StillWorld)))
    }

    #[test]
    fn paths_in_quotes_and_bare() {
        let object = json!({"status": {"phase": "Active", "ready": 3, "conditions": [
            {"type": "Available", "status": "True"}, {"type": "Other", "status": "False"}]}, "spec": {"replicas": 3}});
        for condition in [
            r#"{{ if (eq "{ $.status.phase }" "Active")}}true{{ end }}"#,
            r#"{{ if eq { $.status.ready } { $.spec.replicas } }}true{{ else }}false{{ end }}"#,
            r#"{{ if eq "{ $.status.conditions[?(@.type == "Available")].status }" "True" }} true {{ end }}"#,
            "{{ $x := 3 }}{{ eq $x {$.spec.replicas} }}",
            "{{ if eq `{ $.status.conditions[0].status }` \"True\" }}true{{ end }}",
        ] {
            assert_eq!(wait(condition, &object), Ok(true), "{condition}");
        }
        assert_eq!(
            wait(r#"{{ eq "{ $.status.phase }" "Gone" }}"#, &object),
            Ok(false)
        );
        assert!(matches!(
            wait("{ $.status.none }", &object),
            Err(ConditionError::Path { .. })
        ));
        assert!(matches!(
            wait("{ $.status[ }", &object),
            Err(ConditionError::Path { .. })
        ));
        assert!(matches!(
            wait("{{ eq { $.status.phase } 3 }}", &object),
            Err(ConditionError::Path { .. })
        ));
    }

    #[test]
    fn an_object_cannot_write_template_code() {
        for text in [
            "\" }}{{ fail \"x\" }}{{ \"",
            "{{ fail \"x\" }}",
            "` }}{{ fail `x` }}",
            "\\",
            "{",
            "a\nb",
        ] {
            let object = json!({"x": text, "y": "true"});
            assert_eq!(
                wait(
                    "{{ if eq \"{ $.x }\" \"a\" }}{{ else }}true{{ end }}",
                    &object
                ),
                Ok(true),
                "{text}"
            );
            assert_eq!(wait("{ $.x }", &object), Ok(false), "{text}");
            assert_eq!(
                wait("{ $.y }{{/* { $.x } */}}", &object),
                Ok(true),
                "{text}"
            );
            let _ = wait(
                "{{ if eq `{ $.x }` \"a\" }}{{ else }}true{{ end }}",
                &object,
            );
        }
    }

    #[test]
    fn wait_v2_sees_the_object() {
        let object = json!({"status": {"replicas": 3, "ready": 3.0}});
        let options = Options::new(Arc::new(StillWorld));
        assert_eq!(
            wait_v2_condition("{{ eq .status.replicas 3 }}\n", &object, &options),
            Ok(true)
        );
        assert_eq!(
            wait_v2_condition(
                "{{ if .status.none.deeper }}true{{ end }}",
                &object,
                &options
            ),
            Ok(false)
        );
        assert!(wait_v2_condition("{{ upper \"x\" }}", &object, &options).is_err());
    }
}
