//! `kanister:kube/objects`: objects of any kind, as JSON.

mod condition;
mod fields;
mod follow;
mod guest;
mod jsonpath;
mod read;
mod ready;
mod status;
mod wait;
mod watch;
mod write;

pub(super) use follow::Follow;
pub(super) use ready::{Readiness, readiness};
pub(super) use wait::until;
pub use watch::Watcher;

use super::KubeError;
use super::transport::LARGEST_OBJECT;
use serde_json::Value;

/// A text that a guest, or the manifest behind it, gave as an object.
fn object(text: &str) -> Result<Value, KubeError> {
    if text.len() > LARGEST_OBJECT {
        return Err(KubeError::Invalid(format!(
            "the object has more than {} MiB",
            LARGEST_OBJECT >> 20
        )));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| KubeError::Invalid(format!("the object is no JSON: {error}")))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(KubeError::Invalid(
            "the object is no JSON object".to_owned(),
        ))
    }
}

/// An object's version, which the server changes with every write.
fn version(object: &Value) -> Option<&str> {
    object.pointer("/metadata/resourceVersion")?.as_str()
}

#[cfg(test)]
mod tests;
