//! What `wait` waits for.

use super::jsonpath::JsonPath;
use super::ready::{Readiness, readiness};
use super::status::condition_is;
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

#[cfg(test)]
mod tests;
