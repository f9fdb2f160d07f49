//! What `wait` waits for.

use super::jsonpath::JsonPath;
use super::ready::{Readiness, readiness};
use crate::bindings::kanister::kube::objects as wit;
use crate::bindings::kanister::kube::types::ApiResource;
use crate::capability::kube::KubeError;
use serde_json::Value;

/// A condition, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Exists,
    Absent,
    JsonPath { path: JsonPath, value: String },
    Status { kind: String, status: String },
    Ready,
}

impl Condition {
    /// # Errors
    /// [`KubeError::Invalid`] for a JSONPath that is none.
    pub(super) fn parse(condition: wit::Condition) -> Result<Self, KubeError> {
        Ok(match condition {
            wit::Condition::Exists => Self::Exists,
            wit::Condition::Absent => Self::Absent,
            wit::Condition::Jsonpath(wit::PathEquals { path, value }) => Self::JsonPath {
                path: JsonPath::parse(&path)?,
                value,
            },
            wit::Condition::StatusCondition(wit::ConditionEquals { kind, status }) => {
                Self::Status { kind, status }
            }
            wit::Condition::Ready => Self::Ready,
        })
    }

    /// Whether it holds for an object, or for none.
    ///
    /// # Errors
    /// It never will.
    pub(super) fn holds(
        &self,
        api: &ApiResource,
        object: Option<&Value>,
    ) -> Result<bool, KubeError> {
        let Some(object) = object else {
            return Ok(*self == Self::Absent);
        };
        Ok(match self {
            Self::Exists => true,
            Self::Absent => false,
            Self::JsonPath { path, value } => path.is(object, value),
            Self::Status { kind, status } => condition_is(object, kind, status),
            Self::Ready => match readiness(api, object) {
                Readiness::Ready => true,
                Readiness::NotYet => false,
                Readiness::Never(why) => return Err(KubeError::Other(why)),
            },
        })
    }
}

/// The entry of `status.conditions` of one type.
pub(super) fn status_condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions
        .iter()
        .find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind))
}

/// Whether a condition has a status. A condition that speaks of an older generation of the
/// object says nothing about this one.
pub(super) fn condition_is(object: &Value, kind: &str, status: &str) -> bool {
    let Some(condition) = status_condition(object, kind) else {
        return false;
    };
    let number = |value: Option<&Value>| value.and_then(Value::as_i64);
    let observed = number(condition.get("observedGeneration"))
        .or_else(|| number(object.pointer("/status/observedGeneration")));
    let generation = number(object.pointer("/metadata/generation"));
    let current = match (observed, generation) {
        (Some(observed), Some(generation)) => observed >= generation,
        _ => true,
    };
    let text = condition.get("status").and_then(Value::as_str);
    current && text.is_some_and(|text| text.eq_ignore_ascii_case(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn api(group: &str, plural: &str) -> ApiResource {
        ApiResource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
        }
    }

    fn holds(condition: wit::Condition, object: Option<&Value>) -> bool {
        let api = api("", "widgets");
        Condition::parse(condition)
            .unwrap()
            .holds(&api, object)
            .unwrap()
    }

    #[test]
    fn there_or_not_there() {
        let object = json!({});
        assert!(holds(wit::Condition::Exists, Some(&object)));
        assert!(!holds(wit::Condition::Exists, None));
        assert!(holds(wit::Condition::Absent, None));
        assert!(!holds(wit::Condition::Absent, Some(&object)));
        assert!(!holds(wit::Condition::Ready, None));
    }

    #[test]
    fn a_status_condition_of_an_older_generation_does_not_count() {
        let ready = |generation, observed| {
            json!({
                "metadata": {"generation": generation},
                "status": {
                    "observedGeneration": observed,
                    "conditions": [{"type": "Synced", "status": "True"}],
                },
            })
        };
        let condition = || {
            wit::Condition::StatusCondition(wit::ConditionEquals {
                kind: "Synced".to_owned(),
                status: "true".to_owned(),
            })
        };
        assert!(holds(condition(), Some(&ready(2, 2))));
        assert!(!holds(condition(), Some(&ready(3, 2))));
    }

    #[test]
    fn a_path_has_a_value() {
        let condition = |path: &str| {
            wit::Condition::Jsonpath(wit::PathEquals {
                path: path.to_owned(),
                value: "Bound".to_owned(),
            })
        };
        let object = json!({"status": {"phase": "Bound"}});
        assert!(holds(condition("{.status.phase}"), Some(&object)));
        assert!(!holds(condition("{.status.x}"), Some(&object)));
        assert!(Condition::parse(condition("{")).is_err());
    }
}
