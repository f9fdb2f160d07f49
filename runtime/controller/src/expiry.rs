//! Finished ActionSets that ask to be removed: `ttlSecondsAfterFinished`.

use crate::error::said;
use crate::key::Key;
use kanister_api::ActionSet;
use kube::api::{DeleteParams, Preconditions};
use kube::{Api, ResourceExt as _};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;

/// How long a deletion that failed waits.
const AGAIN: Duration = Duration::from_secs(30);

/// Told of ActionSets; removes those whose time has passed.
#[derive(Debug, Clone)]
pub(crate) struct Expiry(mpsc::UnboundedSender<Due>);

/// When an ActionSet is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: SystemTime,
    namespace: String,
    name: String,
    uid: String,
}

impl Expiry {
    /// Removes ActionSets over this connection.
    pub(crate) fn start(client: kube::Client) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(remove_all(client, receiver));
        Self(sender)
    }

    /// Looks whether an ActionSet is to be removed some time.
    pub(crate) fn consider(&self, key: &Key, action_set: &ActionSet) {
        let Some(at) = due(action_set) else {
            return;
        };
        let due = Due {
            at,
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            uid: action_set.uid().unwrap_or_default(),
        };
        // The task ends with the process only.
        let _ = self.0.send(due);
    }
}

/// When an ActionSet is to be removed, if it has ended and says so.
fn due(action_set: &ActionSet) -> Option<SystemTime> {
    let ttl = action_set.spec.as_ref()?.ttl_seconds_after_finished?;
    let status = action_set.status.as_ref()?;
    if !status.state.is_final() || action_set.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let finished = match &status.run {
        // A failed run ends after its deferPhases.
        Some(run) => run.finished_at.as_ref()?,
        None => status
            .progress
            .last_transition_time
            .as_ref()
            .or(action_set.metadata.creation_timestamp.as_ref())?,
    };
    SystemTime::from(finished.0).checked_add(Duration::from_secs(ttl.into()))
}

async fn remove_all(client: kube::Client, mut receiver: mpsc::UnboundedReceiver<Due>) {
    let mut heap: BinaryHeap<Reverse<Due>> = BinaryHeap::new();
    loop {
        let next = heap.peek().map(|Reverse(due)| due.at);
        let wait = async {
            match next {
                Some(at) => {
                    let left = at.duration_since(SystemTime::now()).unwrap_or_default();
                    tokio::time::sleep(left).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            told = receiver.recv() => match told {
                // The same one is told again at each of its changes.
                Some(due) if heap.iter().any(|Reverse(known)| *known == due) => {}
                Some(due) => heap.push(Reverse(due)),
                None => return,
            },
            () = wait => {
                let Some(Reverse(due)) = heap.pop() else { continue };
                if let Some(later) = remove(&client, due).await {
                    heap.push(Reverse(later));
                }
            }
        }
    }
}

/// Removes an ActionSet whose time has passed; answers when to try again, if it was not removed.
async fn remove(client: &kube::Client, due: Due) -> Option<Due> {
    let api: Api<ActionSet> = Api::namespaced(client.clone(), &due.namespace);
    let later = |at| Some(Due { at, ..due.clone() });
    let found = match api.get_opt(&due.name).await {
        Ok(found) => found?,
        Err(error) => {
            tracing::warn!(
                action_set = due.name,
                error = said(&error),
                "a finished ActionSet cannot be read to be removed"
            );
            return later(SystemTime::now() + AGAIN);
        }
    };
    if found.uid().unwrap_or_default() != due.uid {
        return None;
    }
    let at = self::due(&found)?;
    if at > SystemTime::now() {
        return later(at);
    }
    let params = DeleteParams {
        preconditions: Some(Preconditions {
            uid: found.uid(),
            resource_version: found.resource_version(),
        }),
        ..DeleteParams::default()
    };
    match api.delete(&due.name, &params).await {
        Ok(_) => {
            tracing::info!(
                namespace = due.namespace,
                action_set = due.name,
                "removed a finished ActionSet"
            );
            None
        }
        Err(kube::Error::Api(status)) if status.code == 404 => None,
        Err(error) => {
            tracing::warn!(
                action_set = due.name,
                error = said(&error),
                "a finished ActionSet is not removed; trying again"
            );
            later(SystemTime::now() + AGAIN)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(spec: serde_json::Value, status: serde_json::Value) -> ActionSet {
        serde_json::from_value(json!({
            "metadata": {"name": "s", "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": spec, "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn only_what_has_ended_and_says_so_is_removed() {
        let spec = json!({"ttlSecondsAfterFinished": 60});
        let ended = json!({"state": "complete", "run": {"finishedAt": "2026-01-01T01:00:00Z"}});
        let at = due(&set(spec.clone(), ended.clone())).unwrap();
        let finished = due(&set(json!({"ttlSecondsAfterFinished": 0}), ended.clone())).unwrap();
        assert_eq!(
            at.duration_since(finished).unwrap(),
            Duration::from_secs(60)
        );
        assert_eq!(due(&set(json!({}), ended)), None);
        // The deferPhase of a failed run may still go on.
        for status in [
            json!({"state": "running"}),
            json!({"state": "failed", "run": {}}),
            json!(null),
        ] {
            assert_eq!(due(&set(spec.clone(), status)), None);
        }
        assert!(due(&set(spec, json!({"state": "failed"}))).is_some());
    }
}
