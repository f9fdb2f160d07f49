//! One object through time, by list and watch.
//!
//! The protocol is that of the Kubernetes API: list to learn the state and its version,
//! watch from that version, list again when the server has forgotten it (410 Gone). Both
//! select the object by `metadata.name`, so the right to see this one object is enough.

use super::version;
use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::kube::KubeError;
use crate::capability::kube::path::Path;
use crate::capability::kube::transport::{self, LARGEST_OBJECT, Lines};
use kube::core::Status;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Bytes of one line of a watch: an object and a little around it.
const LONGEST_LINE: usize = LARGEST_OBJECT + 1024;

/// How long one watch lasts before the next takes its place; servers end them anyway.
const WATCH_SECONDS: &str = "290";

/// Pauses between attempts while the server does not answer.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Follows one object.
pub(in crate::capability::kube) struct Follow {
    client: kube::Client,
    collection: Path,
    state: State,
    /// The last state given: none at first, then the version or its absence.
    last: Option<Option<String>>,
    pause: Duration,
    trouble: Option<KubeError>,
}

enum State {
    Unknown,
    Known(String),
    Watching(Box<Lines>, String),
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Value,
}

impl Follow {
    /// Begins to follow; nothing is asked until the first [`Follow::next`].
    ///
    /// # Errors
    /// [`KubeError::Invalid`] for a reference that is none.
    pub(in crate::capability::kube) fn new(
        client: kube::Client,
        target: &ObjectRef,
    ) -> Result<Self, KubeError> {
        // Checks the name as well, which goes into a selector here.
        Path::object(target)?;
        let selector = format!("metadata.name={}", target.name);
        let collection = Path::collection(&target.api, target.namespace.as_deref())?
            .query("fieldSelector", &selector);
        Ok(Self {
            client,
            collection,
            state: State::Unknown,
            last: None,
            pause: FIRST_PAUSE,
            trouble: None,
        })
    }

    /// Why there is no connection right now.
    pub(in crate::capability::kube) fn trouble(&self) -> Option<&KubeError> {
        self.trouble.as_ref()
    }

    /// The next state of the object, the first one included; none while it is not there.
    /// A server that does not answer is asked again, ever more slowly.
    ///
    /// # Errors
    /// What asking again does not help against.
    pub(in crate::capability::kube) async fn next(&mut self) -> Result<Option<Value>, KubeError> {
        loop {
            match self.step().await {
                Ok(Some(object)) => {
                    let seen = object
                        .as_ref()
                        .map(|it| version(it).unwrap_or("").to_owned());
                    // A new list repeats what was known before.
                    if self.last.as_ref() != Some(&seen) {
                        self.last = Some(seen);
                        return Ok(object);
                    }
                }
                Ok(None) => {}
                Err(error) if error.is_transient() || error == KubeError::Truncated => {
                    let pause = match &error {
                        KubeError::Throttled(Some(after)) => (*after).min(LONGEST_PAUSE),
                        _ => self.pause,
                    };
                    self.trouble = Some(error);
                    self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn fine(&mut self) {
        self.trouble = None;
        self.pause = FIRST_PAUSE;
    }

    /// One request or one event; none if it says nothing about the object.
    async fn step(&mut self) -> Result<Option<Option<Value>>, KubeError> {
        match std::mem::replace(&mut self.state, State::Unknown) {
            State::Unknown => {
                let (object, version) = self.list().await?;
                self.fine();
                self.state = State::Known(version);
                Ok(Some(object))
            }
            State::Known(version) => match self.open(&version).await {
                Ok(lines) => {
                    self.state = State::Watching(Box::new(lines), version);
                    Ok(None)
                }
                // 410: the server has forgotten that version.
                Err(KubeError::Conflict(_)) => Ok(None),
                Err(error) => {
                    self.state = State::Known(version);
                    Err(error)
                }
            },
            State::Watching(mut lines, version) => match lines.next().await {
                Ok(Some(line)) => self.event(lines, version, &line),
                Ok(None) => {
                    // A server that ends watches at once must not be asked without a pause.
                    self.state = State::Known(version);
                    tokio::time::sleep(self.pause).await;
                    self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
                    Ok(None)
                }
                Err(error) => {
                    self.state = State::Known(version);
                    Err(error)
                }
            },
        }
    }

    async fn list(&mut self) -> Result<(Option<Value>, String), KubeError> {
        let request = transport::get(&self.collection)?;
        let mut list = transport::send(&self.client, request, LONGEST_LINE).await?;
        let version = version(&list).unwrap_or_default().to_owned();
        let item = match list.get_mut("items") {
            Some(Value::Array(items)) => items.pop(),
            _ => None,
        };
        Ok((item, version))
    }

    async fn open(&mut self, version: &str) -> Result<Lines, KubeError> {
        let path = self
            .collection
            .clone()
            .query("watch", "true")
            .query("allowWatchBookmarks", "true")
            .query("timeoutSeconds", WATCH_SECONDS)
            .query("resourceVersion", version);
        let response = transport::open(&self.client, transport::get(&path)?).await?;
        Ok(Lines::new(response.into_body(), LONGEST_LINE))
    }

    fn event(
        &mut self,
        lines: Box<Lines>,
        before: String,
        line: &[u8],
    ) -> Result<Option<Option<Value>>, KubeError> {
        if line.is_empty() {
            self.state = State::Watching(lines, before);
            return Ok(None);
        }
        let Event { kind, object } = serde_json::from_slice(line).map_err(|error| {
            KubeError::Other(format!("an event of a watch is not understood: {error}"))
        })?;
        if kind == "ERROR" {
            let status: Status = serde_json::from_value(object).unwrap_or_default();
            return match KubeError::of_status(&status, None) {
                KubeError::Conflict(_) => Ok(None),
                error => Err(error),
            };
        }
        self.fine();
        let now = version(&object).map_or(before, str::to_owned);
        self.state = State::Watching(lines, now);
        Ok(match kind.as_str() {
            "ADDED" | "MODIFIED" => Some(Some(object)),
            "DELETED" => Some(None),
            _ => None,
        })
    }
}
