//! Events of the cluster: written beside the runs, so that none of them waits.

use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::jiff::Timestamp;
use kanister_api::{API_VERSION, Time};
use kanister_engine::{EventKind, EventSink, RunEvent};
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::error::said;
use crate::watch::Pause;

/// The source of events that users' tools know.
const COMPONENT: &str = "Kanister Controller";

/// Events that may wait; more than that means that the API server is gone for long.
const WAITING: usize = 10_000;

/// Events that are written at once.
const AT_ONCE: usize = 16;

/// How long an event waits before it is written. Where the API server has little to give, its time
/// belongs to the writes that runs wait for: the events of a short run come after it.
const DELAY: Duration = Duration::from_millis(100);

/// How long an event is tried to be written.
const PATIENCE: Duration = Duration::from_secs(300);

/// The object that an event is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: Option<String>,
}

/// Where events wait to be written.
#[derive(Clone)]
pub(crate) struct EventQueue {
    sender: mpsc::UnboundedSender<Waiting>,
    waiting: Arc<AtomicUsize>,
}

/// An event that is not written yet.
struct Waiting {
    namespace: String,
    event: Event,
    /// When it is to be written.
    due: Instant,
}

impl EventQueue {
    /// A queue, and the writer that empties it.
    pub(crate) fn start(client: kube::Client) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        tokio::spawn(write_all(client, receiver, Arc::clone(&waiting)));
        Self { sender, waiting }
    }

    /// Queues an event.
    pub(crate) fn push(&self, about: &About, kind: EventKind, reason: &str, message: &str) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!(
                reason,
                message,
                object = about.name,
                "an event is lost: too many wait to be written"
            );
            return;
        }
        let event = Waiting {
            namespace: about.namespace.clone(),
            event: event(about, kind, reason, message),
            due: Instant::now() + DELAY,
        };
        if self.sender.send(event).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything is written, so long as `patience` lasts.
    pub(crate) async fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        while self.waiting.load(Ordering::Relaxed) > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn write_all(
    client: kube::Client,
    mut receiver: mpsc::UnboundedReceiver<Waiting>,
    waiting: Arc<AtomicUsize>,
) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(next) = receiver.recv().await {
        let Waiting {
            namespace,
            event,
            due,
        } = next;
        tokio::time::sleep_until(due).await;
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let api = Api::namespaced(client.clone(), &namespace);
        let waiting = Arc::clone(&waiting);
        tokio::spawn(async move {
            write(&api, &event).await;
            waiting.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
}

/// Writes an event. What cannot be written is told in the log: no run depends on it.
async fn write(api: &Api<Event>, event: &Event) {
    let until = Instant::now() + PATIENCE;
    let mut pause = Pause::default();
    loop {
        let error = match api.create(&PostParams::default(), event).await {
            Ok(_) => return,
            // Written by an attempt whose answer was lost.
            Err(kube::Error::Api(status)) if status.is_already_exists() => return,
            Err(error) => error,
        };
        let hopeless = matches!(&error, kube::Error::Api(status)
            if (400..500).contains(&status.code) && !matches!(status.code, 408 | 429));
        if hopeless || Instant::now() >= until {
            let reason = event.reason.as_deref().unwrap_or_default();
            let message = event.message.as_deref().unwrap_or_default();
            tracing::warn!(
                reason,
                message,
                error = said(&error),
                "an event cannot be written"
            );
            return;
        }
        pause.wait(None).await;
    }
}

fn event(about: &About, kind: EventKind, reason: &str, message: &str) -> Event {
    let About {
        kind: object_kind,
        namespace,
        name,
        uid,
    } = about;
    let now = Timestamp::now();
    Event {
        metadata: ObjectMeta {
            name: Some(event_name(name, now)),
            namespace: Some(namespace.clone()),
            ..ObjectMeta::default()
        },
        involved_object: ObjectReference {
            api_version: Some(API_VERSION.to_owned()),
            kind: Some((*object_kind).to_owned()),
            name: Some(name.clone()),
            namespace: Some(namespace.clone()),
            uid: uid.clone(),
            ..ObjectReference::default()
        },
        type_: Some(
            match kind {
                EventKind::Normal => "Normal",
                EventKind::Warning => "Warning",
            }
            .to_owned(),
        ),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        source: Some(EventSource {
            component: Some(COMPONENT.to_owned()),
            ..EventSource::default()
        }),
        first_timestamp: Some(Time(now)),
        last_timestamp: Some(Time(now)),
        count: Some(1),
        ..Event::default()
    }
}

/// A name of its own for each event: names of objects are at most 253 bytes long.
fn event_name(object: &str, now: Timestamp) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    const LONGEST: usize = 200;
    let mut random = [0; 4];
    // The count tells events of this process apart, the time those of others.
    let _ = getrandom::fill(&mut random);
    let random = u32::from_le_bytes(random);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let object: String = object.chars().take(LONGEST).collect();
    format!(
        "{}.{:x}{count:x}{random:08x}",
        object.trim_end_matches(['-', '.']),
        now.as_nanosecond()
    )
}

/// The events of one run.
pub(crate) struct RunEvents {
    pub(crate) queue: EventQueue,
    pub(crate) about: About,
}

impl EventSink for RunEvents {
    fn emit(&self, event: RunEvent) {
        let RunEvent {
            kind,
            reason,
            message,
            blueprint,
        } = event;
        self.queue.push(&self.about, kind, &reason, &message);
        if let Some(name) = blueprint {
            let blueprint = About {
                kind: "Blueprint",
                namespace: self.about.namespace.clone(),
                name,
                uid: None,
            };
            self.queue.push(&blueprint, kind, &reason, &message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_events_are_names_and_differ() {
        let now = Timestamp::now();
        let long = "a".repeat(199) + "-bcd";
        let one = event_name(&long, now);
        let other = event_name(&long, now);
        assert!(one.len() <= 253 && one != other, "{one} {other}");
        assert!(!one.contains("-."), "{one}");
    }
}
