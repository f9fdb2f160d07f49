//! A container's log as a source with a verdict.
//!
//! A log stream ends without an error when the container ends, when the kubelet restarts,
//! after four hours, and when a proxy in between gives up. So its end alone says nothing:
//!
//! - the end of the container is awaited, and
//! - the last line of the log, asked for again, must be what was read last.
//!
//! `follow` is for display: when these do not hold it ends as truncated, and does not begin
//! again somewhere in the middle. `whole` is for output that counts: it follows too, since
//! the kubelet throws the beginning of a long log away, but when the stream breaks off it
//! waits for the container's end, reads the log again from its beginning, passes over what
//! it gave already if that is the same, and goes on.
//!
//! What the API cannot tell: whether a log that is opened late has lost its beginning. The
//! kubelet serves the newest file of a log that it rotates (by default at 10 MiB). A
//! function whose output counts opens the log as soon as it has the helper.

use super::outcome::status;
use super::sweeper::OwnPod;
use crate::capability::io::{ByteSource, IoError, Piece};
use crate::capability::kube::KubeError;
use crate::capability::kube::objects::Follow;
use crate::capability::kube::path::{Path, pod};
use crate::capability::kube::scope::Scope;
use crate::capability::kube::transport;
use async_trait::async_trait;
use bytes::Bytes;
use k8s_openapi::api::core::v1::{ContainerState, PodStatus};
use kube::client::Body;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Bytes of the end that are compared.
const COMPARED: usize = 32 << 10;

/// How long the container's end may take to be known after its log has ended.
const NEWS: Duration = Duration::from_secs(30);

/// Reads from the beginning, for one whole log.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// How a log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it comes, for display.
    Follow,
    /// To its last byte.
    Whole,
}

/// The log of one container.
pub(super) struct LogSource {
    client: kube::Client,
    own: OwnPod,
    container: String,
    mode: Mode,
    scope: Scope,
    watch: Follow,
    stage: Stage,
    attempts: u32,
    given: Given,
}

enum Stage {
    /// Until the container has started.
    Starting,
    /// Following.
    Open(Body),
    /// The stream has ended; did the container?
    Ended,
    /// Until the container has ended, to read all again.
    Ending,
    /// Reading again what was given already.
    Again(Body, Given),
}

/// What was read: enough to know it again, and to know its end.
#[derive(Clone, Default)]
struct Given {
    bytes: u64,
    hash: Sha256,
    last: Vec<u8>,
}

impl Given {
    fn add(&mut self, data: &[u8]) {
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        self.hash.update(data);
        let data = data
            .get(data.len().saturating_sub(COMPARED)..)
            .unwrap_or_default();
        let surplus = (self.last.len() + data.len()).saturating_sub(COMPARED);
        self.last.drain(..surplus);
        self.last.extend_from_slice(data);
    }

    fn is(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.hash.clone().finalize() == other.hash.clone().finalize()
    }
}

impl LogSource {
    pub(super) fn new(
        client: kube::Client,
        own: OwnPod,
        container: String,
        mode: Mode,
        scope: Scope,
    ) -> Result<Self, KubeError> {
        let watch = Follow::new(client.clone(), &pod(&own.namespace, &own.name))?;
        Ok(Self {
            client,
            own,
            container,
            mode,
            scope,
            watch,
            stage: Stage::Starting,
            attempts: 0,
            given: Given::default(),
        })
    }

    async fn open(&mut self, parameters: &[(&str, &str)]) -> Result<Body, KubeError> {
        let OwnPod {
            namespace, name, ..
        } = &self.own;
        let mut path = Path::pod(namespace, name, Some("log"))?.query("container", &self.container);
        for (key, value) in parameters {
            path = path.query(key, value);
        }
        let response = transport::open(&self.client, transport::get(&path)?).await?;
        Ok(response.into_body())
    }

    /// Waits until the container has started, or until it has ended.
    async fn until(&mut self, wanted: Wanted) -> Result<(), KubeError> {
        // What was seen before counts again: a watch says only what is new.
        self.watch = Follow::new(
            self.client.clone(),
            &pod(&self.own.namespace, &self.own.name),
        )?;
        loop {
            let Some(object) = self.watch.next().await? else {
                return Err(KubeError::Truncated);
            };
            if object
                .pointer("/metadata/uid")
                .is_none_or(|uid| *uid != *self.own.uid)
            {
                return Err(KubeError::Truncated);
            }
            match reached(&status(&object)?, &self.container, wanted) {
                Some(true) => return Ok(()),
                Some(false) => {
                    return Err(KubeError::NotFound(format!(
                        "the container {} has no log: it never started",
                        self.container
                    )));
                }
                None => {}
            }
        }
    }

    /// Whether the last line of the log is what was read last.
    async fn is_complete(&mut self) -> Result<bool, KubeError> {
        let limit = COMPARED.to_string();
        let mut body = self
            .open(&[("tailLines", "1"), ("limitBytes", &limit)])
            .await?;
        let mut line = Vec::new();
        while let Some(data) = transport::next_data(&mut body).await? {
            line.extend_from_slice(&data);
            if line.len() >= COMPARED {
                // Too long to be compared from its end.
                return Ok(true);
            }
        }
        Ok(self.given.last.ends_with(&line))
    }

    /// One step; none if it brought no bytes.
    async fn step(&mut self) -> Result<Option<Piece>, KubeError> {
        match &mut self.stage {
            Stage::Starting => {
                self.until(Wanted::Started).await?;
                self.stage = Stage::Open(self.open(&[("follow", "true")]).await?);
            }
            Stage::Open(body) => match transport::next_data(body).await {
                Ok(Some(data)) => {
                    self.given.add(&data);
                    return Ok(Some(Piece::Data(data)));
                }
                Ok(None) => self.stage = Stage::Ended,
                Err(error) => self.broken(error).await?,
            },
            Stage::Ended => {
                let ended = tokio::time::timeout(NEWS, self.until(Wanted::Ended)).await;
                match ended.unwrap_or(Err(KubeError::Truncated)) {
                    Ok(()) if self.is_complete().await? => return Ok(Some(Piece::End(None))),
                    Ok(()) | Err(KubeError::Truncated) => self.broken(KubeError::Truncated).await?,
                    Err(error) => return Err(error),
                }
            }
            Stage::Ending => {
                self.until(Wanted::Ended).await?;
                self.stage = Stage::Again(self.open(&[]).await?, Given::default());
            }
            Stage::Again(body, again) => match transport::next_data(body).await {
                Ok(Some(mut data)) => {
                    let left = self.given.bytes.saturating_sub(again.bytes);
                    let left = usize::try_from(left).unwrap_or(usize::MAX).min(data.len());
                    let known: Bytes = data.split_to(left);
                    again.add(&known);
                    if again.bytes == self.given.bytes {
                        if !again.is(&self.given) {
                            // The kubelet has thrown the beginning away.
                            return Err(KubeError::Truncated);
                        }
                        let body = std::mem::replace(body, Body::empty());
                        self.stage = Stage::Open(body);
                        if !data.is_empty() {
                            self.given.add(&data);
                            return Ok(Some(Piece::Data(data)));
                        }
                    }
                }
                Ok(None) if again.is(&self.given) => self.stage = Stage::Ended,
                Ok(None) => self.broken(KubeError::Truncated).await?,
                Err(error) => self.broken(error).await?,
            },
        }
        Ok(None)
    }

    /// The stream broke off: all again, or that was it.
    async fn broken(&mut self, error: KubeError) -> Result<(), KubeError> {
        self.attempts += 1;
        if self.mode == Mode::Follow || self.attempts > ATTEMPTS {
            return Err(error);
        }
        self.stage = Stage::Ending;
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

#[async_trait]
impl ByteSource for LogSource {
    async fn next(&mut self) -> Result<Piece, IoError> {
        let scope = self.scope.clone();
        scope
            .run(async {
                loop {
                    if let Some(piece) = self.step().await? {
                        return Ok::<_, KubeError>(piece);
                    }
                }
            })
            .await
            .map_err(IoError::from)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Started,
    Ended,
}

/// Whether the container is there: yes, it never will be, or not yet.
fn reached(status: &PodStatus, container: &str, wanted: Wanted) -> Option<bool> {
    let inits = status.init_container_statuses.iter().flatten();
    let others = status.container_statuses.iter().flatten();
    let state = inits
        .chain(others)
        .find(|it| it.name == container)
        .and_then(|it| it.state.as_ref());
    let pod_ended = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    match state {
        Some(ContainerState {
            terminated: Some(_),
            ..
        }) => Some(true),
        Some(ContainerState {
            running: Some(_), ..
        }) if wanted == Wanted::Started => Some(true),
        _ if pod_ended => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
