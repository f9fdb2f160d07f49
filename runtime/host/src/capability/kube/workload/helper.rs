//! A helper pod, as the guest holds it.

use super::logs::{LogSource, Mode};
use super::outcome::outcome;
use super::startup::{Startup, startup};
use super::sweeper::{OwnPod, Sweeper};
use crate::bindings::kanister::kube::workload::Outcome;
use crate::capability::io::Source;
use crate::capability::kube::KubeError;
use crate::capability::kube::objects::{Follow, until};
use crate::capability::kube::path::pod;
use crate::capability::kube::scope::{self, Scope};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long `remove` waits for the node to end the containers before it no longer asks the
/// node, and how long for the object to go after that.
const KINDLY: Duration = Duration::from_secs(60);
const FORCED: Duration = Duration::from_secs(30);

/// The host's side of `kanister:kube/workload.helper`. Dropping it deletes the pod.
pub struct Helper {
    own: OwnPod,
    /// The first container.
    container: String,
    resumed: bool,
    /// How long the operator lets it take to run.
    ready_within: Duration,
    sweeper: Sweeper,
    removed: bool,
}

impl Helper {
    pub(super) fn new(
        own: OwnPod,
        container: String,
        resumed: bool,
        ready_within: Duration,
        sweeper: Sweeper,
    ) -> Self {
        Self {
            own,
            container,
            resumed,
            ready_within,
            sweeper,
            removed: false,
        }
    }

    pub(super) fn own(&self) -> &OwnPod {
        &self.own
    }

    pub(super) fn container(&self) -> &str {
        &self.container
    }

    pub(super) fn resumed(&self) -> bool {
        self.resumed
    }

    pub(super) fn logs(
        &self,
        client: kube::Client,
        container: Option<String>,
        mode: Mode,
        scope: Scope,
    ) -> Result<Source, KubeError> {
        let container = container.unwrap_or_else(|| self.container.clone());
        let source = LogSource::new(client, self.own.clone(), container, mode, scope)?;
        Ok(Source::new(source))
    }

    fn follow(&self, client: kube::Client) -> Result<Follow, KubeError> {
        Follow::new(client, &pod(&self.own.namespace, &self.own.name))
    }

    /// The state of this pod; another one of that name is not it.
    fn this(&self, object: Option<Value>) -> Result<Value, KubeError> {
        object
            .filter(|object| {
                object
                    .pointer("/metadata/uid")
                    .is_some_and(|uid| *uid == *self.own.uid)
            })
            .ok_or_else(|| KubeError::NotFound(format!("the pod {} was deleted", self.own.name)))
    }

    /// Blocks until the pod runs or has ended.
    pub(super) async fn wait_ready(
        &self,
        client: kube::Client,
        scope: &Scope,
        timeout: Duration,
    ) -> Result<(), KubeError> {
        let mut follow = self.follow(client)?;
        let deadline = scope::deadline(timeout.min(self.ready_within));
        let mut trouble: Option<(String, Instant)> = None;
        loop {
            let until = trouble.as_ref().map_or(deadline, |it| it.1.min(deadline));
            let left = until.saturating_duration_since(Instant::now());
            match scope.run_within(left, follow.next()).await {
                Ok(object) => match startup(&self.this(object)?)? {
                    Startup::Started => return Ok(()),
                    Startup::Pending => trouble = None,
                    Startup::Trouble { why, patience } => {
                        // The clock runs from the first trouble; a new one does not stop it.
                        let ends = Instant::now() + patience;
                        let ends = trouble.map_or(ends, |(_, before)| before.min(ends));
                        trouble = Some((why, ends));
                    }
                },
                Err(KubeError::Timeout) => {
                    return Err(match (trouble, follow.trouble()) {
                        (Some((why, _)), _) => KubeError::Other(format!(
                            "the pod {} cannot start: {why}",
                            self.own.name
                        )),
                        (None, Some(away)) => away.clone(),
                        (None, None) if timeout < self.ready_within => KubeError::Timeout,
                        (None, None) => KubeError::Other(self.late()),
                    });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// In the words that users know.
    fn late(&self) -> String {
        let OwnPod {
            namespace, name, ..
        } = &self.own;
        let seconds = self.ready_within.as_secs();
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        format!(
            "Pod did not transition into running state. Timeout:{minutes}m{seconds}s  \
             Namespace:{namespace}, Name:{name}"
        )
    }

    /// Blocks until every container has ended.
    pub(super) async fn wait_done(
        &self,
        client: kube::Client,
        scope: &Scope,
        timeout: Duration,
    ) -> Result<Outcome, KubeError> {
        let mut follow = self.follow(client)?;
        until(scope, &mut follow, timeout, |object| {
            outcome(&self.this(object)?)
        })
        .await
    }

    /// Deletes the pod and waits until it is gone. The node is given the time to end the
    /// containers, so that what they held (a volume) is free when this returns.
    pub(super) async fn remove(
        mut self,
        client: kube::Client,
        scope: &Scope,
    ) -> Result<(), KubeError> {
        for (grace, patience) in [(1, KINDLY), (0, FORCED)] {
            scope.run(self.sweeper.delete(&self.own, grace)).await?;
            let mut follow = self.follow(client.clone())?;
            let gone = until(scope, &mut follow, patience, |object| {
                Ok(self.this(object).is_err().then_some(()))
            });
            match gone.await {
                Ok(()) => {
                    self.removed = true;
                    return Ok(());
                }
                Err(KubeError::Timeout) => {}
                Err(error) => return Err(error),
            }
        }
        Err(KubeError::Timeout)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if !self.removed {
            self.sweeper.sweep(self.own.clone());
        }
    }
}
