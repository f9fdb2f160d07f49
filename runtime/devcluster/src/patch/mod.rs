//! The kinds of patches, and who owns which field.

mod apply;
mod fields;
mod lists;
mod managed;
mod strategic;

use serde_json::Value;

pub(crate) use apply::{Applied, apply};
pub(crate) use managed::{Writer, record_update};

use crate::schema::Node;
use crate::status::Status;

/// A patch as the content type says.
#[derive(Debug)]
pub(crate) enum Patch {
    /// RFC 6902.
    Json(Value),
    /// RFC 7396.
    Merge(Value),
    /// Kubernetes' merge patch, which merges lists by key.
    Strategic(Value),
    /// Server-side apply.
    Apply(Value),
}

/// Most operations that a JSON patch may have, as in Kubernetes.
const OPERATIONS: usize = 10_000;

/// Applies a patch other than [`Patch::Apply`] to a copy of `current`.
pub(crate) fn patched(current: &Value, patch: &Patch, node: &Node) -> Result<Value, Status> {
    let mut object = current.clone();
    match patch {
        Patch::Json(operations) => {
            let operations: json_patch::Patch = serde_json::from_value(operations.clone())
                .map_err(|error| Status::bad_request(format!("error decoding patch: {error}")))?;
            if operations.len() > OPERATIONS {
                return Err(Status::too_large());
            }
            json_patch::patch(&mut object, &operations).map_err(|error| {
                let mut status = Status::bad_request(format!(
                    "the server rejected our request due to an error in our request: {error}"
                ));
                status.code = http::StatusCode::UNPROCESSABLE_ENTITY;
                status.reason = "Invalid";
                status
            })?;
        }
        Patch::Merge(body) => {
            if !body.is_object() {
                return Err(Status::bad_request(
                    "error decoding patch: a merge patch must be a map",
                ));
            }
            json_patch::merge(&mut object, body);
        }
        Patch::Strategic(body) => {
            let Value::Object(body) = body else {
                return Err(Status::bad_request(
                    "error decoding patch: a strategic merge patch must be a map",
                ));
            };
            strategic::merge(&mut object, body, node)?;
        }
        Patch::Apply(_) => {
            return Err(Status::internal(
                "an apply patch has no result without a manager",
            ));
        }
    }
    if !object.is_object() {
        return Err(Status::bad_request("the patched object is not a map"));
    }
    Ok(object)
}
