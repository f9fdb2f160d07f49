//! Watches.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::answer::{Accept, Body};
use super::path::Query;
use super::{Api, partial, request, table};
use crate::object::{self, metadata_mut};
use crate::registry::Resource;
use crate::status::Status;
use crate::store::{Change, Entry, Event, Snapshot, Watcher};
use crate::verbs::{Call, ListOptions, converted};

/// Time between two bookmarks.
const BOOKMARKS: Duration = Duration::from_secs(30);
/// How long a watch lasts if the client does not say.
const LONGEST: Duration = Duration::from_secs(3600);
/// How many pieces wait for a slow client; the rest waits in the history.
const QUEUE: usize = 16;

/// Begins a watch.
pub(super) fn watch(
    api: &Api,
    call: &Call,
    query: &Query,
    name: Option<&str>,
    accept: Accept,
) -> Result<Response<Body>, Status> {
    let mut options = request::list_options(query, call)?;
    if let Some(name) = name {
        options.fields =
            crate::selector::Fields::parse(&format!("metadata.name={name}"), &call.resource)?;
    }
    let bookmarks = query.flag("allowWatchBookmarks");
    let initial = query.flag("sendInitialEvents");
    if initial && query.get("resourceVersionMatch") != Some("NotOlderThan") {
        return Err(Status::bad_request(
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ));
    }
    let store = &api.objects.store;
    let collection = &call.resource.collection;
    let too_old = |version: u64| {
        Status::expired(format!(
            "too old resource version: {version} ({})",
            store.version()
        ))
    };
    let (first, watcher) = match options.version {
        Some(version) if !initial => match Watcher::after(store, collection, version) {
            Ok(watcher) => (None, Ok(watcher)),
            Err(crate::store::Refused::Expired) => (None, Err(too_old(version))),
            Err(crate::store::Refused::Future(current)) => {
                return Err(Status::future_version(version, current));
            }
        },
        _ => {
            let (snapshot, watcher) = Watcher::from_now(store, collection);
            (Some(snapshot), Ok(watcher))
        }
    };
    let timeout = query
        .get("timeoutSeconds")
        .and_then(|text| text.parse().ok())
        .filter(|seconds| *seconds > 0)
        .map_or(LONGEST, Duration::from_secs);
    let (sender, receiver) = mpsc::channel(QUEUE);
    let feed = Feed {
        resource: call.resource.clone(),
        namespace: (call.resource.namespaced && !call.namespace.is_empty())
            .then(|| call.namespace.clone()),
        options,
        accept,
        query: query.clone(),
        bookmarks,
        initial,
        sender,
        deadline: Instant::now() + timeout,
        headed: false,
    };
    let shutdown = api.shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            _ = feed.run(first, watcher) => {}
        }
    });
    let stream =
        tokio_stream::wrappers::ReceiverStream::new(receiver).map(|bytes| Ok(Frame::data(bytes)));
    let mut response = Response::new(StreamBody::new(stream).boxed_unsync());
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

/// The client is gone.
struct Gone;

struct Feed {
    resource: Arc<Resource>,
    namespace: Option<String>,
    options: ListOptions,
    accept: Accept,
    query: Query,
    bookmarks: bool,
    initial: bool,
    sender: mpsc::Sender<Bytes>,
    deadline: Instant,
    /// The columns of a table are sent once.
    headed: bool,
}

impl Feed {
    async fn run(
        mut self,
        first: Option<Snapshot>,
        watcher: Result<Watcher, Status>,
    ) -> Result<(), Gone> {
        let mut watcher = match watcher {
            Ok(watcher) => watcher,
            Err(status) => return self.error(&status).await,
        };
        if let Some(snapshot) = first {
            let entries: Vec<Arc<Entry>> = snapshot
                .iter(self.namespace.as_deref(), None)
                .cloned()
                .collect();
            for entry in entries {
                if self.options.matches(&entry) {
                    self.entry("ADDED", &entry).await?;
                }
            }
            if self.initial {
                self.bookmark(snapshot.version, true).await?;
            }
        }
        let mut next_bookmark = Instant::now() + BOOKMARKS;
        let closed = self.sender.clone();
        loop {
            tokio::select! {
                events = watcher.next() => match events {
                    Ok(events) => {
                        for event in events {
                            self.event(&event).await?;
                        }
                    }
                    Err(_) => {
                        let message = format!("too old resource version: {}", watcher.version());
                        return self.error(&Status::expired(message)).await;
                    }
                },
                () = tokio::time::sleep_until(next_bookmark.min(self.deadline)) => {
                    if self.bookmarks {
                        self.bookmark(watcher.version(), false).await?;
                    }
                    if Instant::now() >= self.deadline {
                        return Ok(());
                    }
                    next_bookmark = Instant::now() + BOOKMARKS;
                }
                () = closed.closed() => return Err(Gone),
            }
        }
    }

    /// What an event means to this client, whose selector an object may enter and leave.
    async fn event(&mut self, event: &Event) -> Result<(), Gone> {
        let Event {
            change,
            entry,
            previous,
        } = event;
        if self
            .namespace
            .as_deref()
            .is_some_and(|wanted| *entry.key.namespace != *wanted)
        {
            return Ok(());
        }
        let before = previous
            .as_ref()
            .is_some_and(|previous| self.options.matches(previous));
        let after = *change != Change::Deleted && self.options.matches(entry);
        match (before, after) {
            (false, false) => Ok(()),
            (false, true) => self.entry("ADDED", entry).await,
            (true, true) => self.entry("MODIFIED", entry).await,
            (true, false) if *change == Change::Deleted => self.entry("DELETED", entry).await,
            (true, false) => {
                let mut last = previous
                    .as_ref()
                    .map(|previous| previous.object.clone())
                    .unwrap_or_default();
                metadata_mut(&mut last)
                    .insert("resourceVersion".into(), entry.version.to_string().into());
                self.object("DELETED", &last).await
            }
        }
    }

    async fn entry(&mut self, kind: &str, entry: &Entry) -> Result<(), Gone> {
        let plain = !self.accept.table && !self.accept.partial;
        match converted(&self.resource, &entry.object) {
            None if plain => self.send(kind, &entry.json).await,
            None => self.object(kind, &entry.object).await,
            Some(object) => self.object(kind, &object).await,
        }
    }

    async fn object(&mut self, kind: &str, object: &Value) -> Result<(), Gone> {
        let text = if self.accept.table {
            let version = object::at(object, &["metadata", "resourceVersion"]);
            let mut table = table::table(
                &self.resource,
                &[object],
                json!({"resourceVersion": version}),
                &self.query,
            );
            if std::mem::replace(&mut self.headed, true) {
                object::set(&mut table, &["columnDefinitions"], json!([]));
            }
            table.to_string()
        } else if self.accept.partial {
            partial(object).to_string()
        } else {
            object.to_string()
        };
        self.send(kind, text.as_bytes()).await
    }

    async fn bookmark(&mut self, version: u64, end: bool) -> Result<(), Gone> {
        let mut metadata =
            json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
        if end {
            object::set(
                &mut metadata,
                &["annotations"],
                json!({"k8s.io/initial-events-end": "true"}),
            );
        }
        let object = json!({"kind": self.resource.kind, "apiVersion": self.resource.api_version(), "metadata": metadata});
        self.send("BOOKMARK", object.to_string().as_bytes()).await
    }

    async fn error(&mut self, status: &Status) -> Result<(), Gone> {
        self.send("ERROR", status.to_json().to_string().as_bytes())
            .await
    }

    async fn send(&self, kind: &str, object: &[u8]) -> Result<(), Gone> {
        let mut line = Vec::with_capacity(object.len() + 40);
        line.extend_from_slice(b"{\"type\":\"");
        line.extend_from_slice(kind.as_bytes());
        line.extend_from_slice(b"\",\"object\":");
        line.extend_from_slice(object);
        line.extend_from_slice(b"}\n");
        self.sender.send(line.into()).await.map_err(|_| Gone)
    }
}
