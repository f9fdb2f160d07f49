//! Waiting for a condition, by watching.

use super::condition::Condition;
use super::follow::Follow;
use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
use crate::capability::kube::KubeError;
use crate::capability::kube::scope::Scope;
use serde_json::Value;
use std::time::Duration;

/// Follows an object until `check` says so, and answers with what it said.
///
/// # Errors
/// Its own, or [`KubeError::Timeout`]; if the server was away when time ran out, the error
/// says that instead.
pub(in crate::capability::kube) async fn until<T>(
    scope: &Scope,
    follow: &mut Follow,
    timeout: Duration,
    mut check: impl FnMut(Option<Value>) -> Result<Option<T>, KubeError>,
) -> Result<T, KubeError> {
    let found = scope
        .run_within(timeout, async {
            loop {
                if let Some(found) = check(follow.next().await?)? {
                    return Ok(found);
                }
            }
        })
        .await;
    match (found, follow.trouble()) {
        (Err(KubeError::Timeout), Some(trouble)) => Err(trouble.clone()),
        (found, _) => found,
    }
}

/// Blocks until the condition holds; answers with the object, none when it was to go.
pub(super) async fn wait(
    client: kube::Client,
    scope: &Scope,
    target: &ObjectRef,
    condition: &Condition,
    timeout: Duration,
) -> Result<Option<Value>, KubeError> {
    let mut follow = Follow::new(client, target)?;
    let api: &ApiResource = &target.api;
    until(scope, &mut follow, timeout, |object| {
        let holds = condition.holds(api, object.as_ref())?;
        Ok(holds.then_some(object))
    })
    .await
}
