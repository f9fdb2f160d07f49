//! `watch`: several objects followed at once.

use super::follow::Follow;
use crate::bindings::kanister::kube::objects::Change;
use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::kube::KubeError;
use crate::capability::kube::scope::Scope;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::Value;
use std::time::Duration;

/// Objects that one watcher follows.
const MOST: usize = 64;

/// The host's side of `kanister:kube/objects.watcher`. Nothing is asked of the API server but for the
/// next change, and only while the guest waits for it: most conditions are met at the first look,
/// and a watch that nobody reads costs a connection.
pub struct Watcher {
    followed: FuturesUnordered<BoxFuture<'static, Seen>>,
    /// The one whose change was given last.
    given: Option<Followed>,
    scope: Scope,
}

struct Followed {
    follow: Follow,
    target: u32,
}

type Seen = (Followed, Result<Option<Value>, KubeError>);

impl Watcher {
    pub(super) fn new(
        client: &kube::Client,
        targets: &[ObjectRef],
        scope: Scope,
    ) -> Result<Self, KubeError> {
        if targets.len() > MOST {
            return Err(KubeError::Invalid(format!(
                "a watcher follows at most {MOST} objects, not {}",
                targets.len()
            )));
        }
        let followed = FuturesUnordered::new();
        for (reference, target) in targets.iter().zip(0..) {
            let follow = Follow::new(client.clone(), reference)?;
            followed.push(next(Followed { follow, target }));
        }
        Ok(Self {
            followed,
            given: None,
            scope,
        })
    }

    /// The next change; none when the time is over.
    pub(super) async fn next(&mut self, timeout: Duration) -> Result<Option<Change>, KubeError> {
        if let Some(given) = self.given.take() {
            self.followed.push(next(given));
        }
        let followed = &mut self.followed;
        let seen = self
            .scope
            .run_within(timeout, async { Ok::<_, KubeError>(followed.next().await) })
            .await;
        match seen {
            Ok(Some((followed, Ok(object)))) => {
                let target = followed.target;
                self.given = Some(followed);
                let object = object.map(|object| object.to_string());
                Ok(Some(Change { target, object }))
            }
            Ok(Some((_, Err(error)))) => Err(error),
            Ok(None) => Err(KubeError::Other("nothing is watched any more".to_owned())),
            Err(KubeError::Timeout) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn next(mut followed: Followed) -> BoxFuture<'static, Seen> {
    Box::pin(async move {
        let seen = followed.follow.next().await;
        (followed, seen)
    })
}
