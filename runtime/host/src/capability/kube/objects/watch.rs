//! `watch`: several objects followed at once.

use super::follow::Follow;
use crate::bindings::kanister::kube::objects::Change;
use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::io::{Held, Holdings};
use crate::capability::kube::KubeError;
use crate::capability::kube::scope::Scope;
use crate::limits::LimitHit;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Objects that one watcher follows.
const MOST: usize = 64;

/// Changes that wait for the guest. While it does not take them, the followers stop
/// reading, and the server holds what comes.
const DEPTH: usize = 4;

enum Item {
    Change(Change, Held),
    Failed(KubeError),
    Limit(LimitHit),
}

/// The host's side of `kanister:kube/objects.watcher`.
pub struct Watcher {
    changes: mpsc::Receiver<Item>,
    /// They end when the watcher drops.
    _followers: JoinSet<()>,
    scope: Scope,
}

impl Watcher {
    pub(super) fn new(
        client: &kube::Client,
        targets: &[ObjectRef],
        scope: Scope,
        holdings: &Holdings,
    ) -> Result<Self, KubeError> {
        if targets.len() > MOST {
            return Err(KubeError::Invalid(format!(
                "a watcher follows at most {MOST} objects, not {}",
                targets.len()
            )));
        }
        let (into, changes) = mpsc::channel(DEPTH);
        let mut followers = JoinSet::new();
        for (target, index) in targets.iter().zip(0..) {
            let follow = Follow::new(client.clone(), target)?;
            followers.spawn(pass_on(follow, index, into.clone(), holdings.clone()));
        }
        Ok(Self {
            changes,
            _followers: followers,
            scope,
        })
    }

    /// Outer: a limit of the call.
    pub(super) async fn next(
        &mut self,
        timeout: Duration,
    ) -> Result<Result<Option<Change>, KubeError>, LimitHit> {
        let changes = &mut self.changes;
        let item = self
            .scope
            .run_within(timeout, async { Ok::<_, KubeError>(changes.recv().await) })
            .await;
        match item {
            Ok(Some(Item::Change(change, _held))) => Ok(Ok(Some(change))),
            Ok(Some(Item::Failed(error))) => Ok(Err(error)),
            Ok(Some(Item::Limit(hit))) => Err(hit),
            Ok(None) => Ok(Err(KubeError::Other(
                "nothing is watched any more".to_owned(),
            ))),
            Err(KubeError::Timeout) => Ok(Ok(None)),
            Err(error) => Ok(Err(error)),
        }
    }
}

async fn pass_on(mut follow: Follow, target: u32, into: mpsc::Sender<Item>, holdings: Holdings) {
    loop {
        let item = match follow.next().await {
            Ok(object) => {
                let object = object.map(|object| object.to_string());
                match holdings.hold(object.as_ref().map_or(0, String::len) as u64) {
                    Ok(held) => Item::Change(Change { target, object }, held),
                    Err(hit) => Item::Limit(hit),
                }
            }
            Err(error) => Item::Failed(error),
        };
        let last = !matches!(item, Item::Change(..));
        if into.send(item).await.is_err() || last {
            return;
        }
    }
}
