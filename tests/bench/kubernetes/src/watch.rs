//! Every version of every ActionSet, as a watch tells it.

use crate::api::{NAMESPACE, action_sets};
use anyhow::Context as _;
use futures::TryStreamExt as _;
use http::Request;
use kube::api::WatchEvent;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// What was seen. Clones see the same.
#[derive(Clone)]
pub struct Watched {
    seen: Arc<Mutex<HashMap<String, Seen>>>,
    ended: Arc<Notify>,
}

/// One ActionSet.
#[derive(Default)]
struct Seen {
    versions: usize,
    /// Whole versions and when they were seen, of those that are looked at later.
    kept: Vec<(Value, Instant)>,
    ended: Option<Instant>,
    failed: Option<String>,
}

impl Watched {
    /// Watches from now on.
    ///
    /// # Errors
    /// If the API server does not answer.
    pub async fn start(client: kube::Client) -> anyhow::Result<Self> {
        let path = format!("{}?limit=1", action_sets(NAMESPACE));
        let list: Value = client.request(Request::get(path).body(Vec::new())?).await?;
        let version = list.pointer("/metadata/resourceVersion");
        let version = version.and_then(Value::as_str).context("no version")?;
        let watched = Self {
            seen: Arc::default(),
            ended: Arc::default(),
        };
        let (watching, mut version) = (watched.clone(), version.to_owned());
        tokio::spawn(async move {
            loop {
                if let Err(error) = watching.follow(&client, &mut version).await {
                    eprintln!("the watch is interrupted: {error:#}");
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
        });
        Ok(watched)
    }

    async fn follow(&self, client: &kube::Client, version: &mut String) -> anyhow::Result<()> {
        let path = action_sets(NAMESPACE);
        let path = format!("{path}?watch=1&timeoutSeconds=280&resourceVersion={version}");
        let request = Request::get(path).body(Vec::new())?;
        let mut events = std::pin::pin!(client.request_events::<Value>(request).await?);
        while let Some(event) = events.try_next().await? {
            match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                    let now = Instant::now();
                    if let Some(reached) = text(&object, "/metadata/resourceVersion") {
                        *version = reached.to_owned();
                    }
                    self.saw(object, now);
                }
                WatchEvent::Error(status) => anyhow::bail!("{}", status.message),
                WatchEvent::Deleted(_) | WatchEvent::Bookmark(_) => {}
            }
        }
        Ok(())
    }

    fn saw(&self, object: Value, now: Instant) {
        let name = text(&object, "/metadata/name")
            .unwrap_or_default()
            .to_owned();
        let state = text(&object, "/status/state")
            .unwrap_or_default()
            .to_owned();
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(name.clone()).or_default();
        seen.versions += 1;
        if matches!(state.as_str(), "complete" | "failed") && seen.ended.is_none() {
            seen.ended = Some(now);
            if state == "failed" {
                let why = text(&object, "/status/error/message").unwrap_or_default();
                seen.failed = Some(format!("{name}: {why}"));
            }
            self.ended.notify_one();
        }
        if !name.starts_with("many") {
            seen.kept.push((object, now));
        }
    }

    /// When each of these ended, once all have.
    ///
    /// # Errors
    /// If they do not end in ten minutes.
    pub async fn ends(&self, names: &[String]) -> anyhow::Result<Vec<Instant>> {
        let patience = std::time::Duration::from_secs(600);
        let until = tokio::time::Instant::now() + patience;
        loop {
            let heard = self.ended.notified();
            let ends = self.read(names, |seen| seen.ended);
            let missing = ends.iter().filter(|end| end.is_none()).count();
            if missing == 0 {
                return Ok(ends.into_iter().flatten().collect());
            }
            if tokio::time::timeout_at(until, heard).await.is_err() {
                anyhow::bail!("{missing} of {} ActionSets do not end", names.len());
            }
        }
    }

    /// How many versions there were of `prefix-0`, `prefix-1`, … together.
    pub fn versions(&self, prefix: &str, count: usize) -> usize {
        let names: Vec<_> = (0..count).map(|it| format!("{prefix}-{it}")).collect();
        self.read(&names, |seen| seen.versions).into_iter().sum()
    }

    /// The versions of one, and when each was seen.
    pub fn kept(&self, name: &str) -> Vec<(Value, Instant)> {
        let mut kept = self.read(&[name.to_owned()], |seen| seen.kept.clone());
        kept.pop().unwrap_or_default()
    }

    /// Those that failed, and why.
    pub fn failed(&self) -> Vec<String> {
        let all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.values()
            .filter_map(|seen| seen.failed.clone())
            .collect()
    }

    fn read<T: Default>(&self, names: &[String], read: impl Fn(&Seen) -> T) -> Vec<T> {
        let all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = names.iter().map(|name| all.get(name));
        found
            .map(|seen| seen.map(&read).unwrap_or_default())
            .collect()
    }
}

/// A text at a place of an object.
pub fn text<'a>(object: &'a Value, place: &str) -> Option<&'a str> {
    object.pointer(place).and_then(Value::as_str)
}
