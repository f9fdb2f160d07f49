//! Events are kept for an hour, as in Kubernetes.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::object::text;
use crate::registry::Known;
use crate::status::Status;
use crate::verbs::{DeleteOptions, Objects};

const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How often old events are looked for.
const PAUSE: Duration = Duration::from_secs(60);

/// Works until the cluster ends.
pub(super) async fn run(objects: Arc<Objects>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(status) = expire(&objects, Timestamp::now() - KEPT) {
            tracing::warn!(%status, "old events could not be removed");
        }
    }
}

/// Removes the events that last happened before `limit`.
fn expire(objects: &Objects, limit: Timestamp) -> Result<(), Status> {
    let snapshot = objects
        .store
        .snapshot(&objects.known(Known::Event)?.collection);
    for entry in snapshot.iter(None, None) {
        let times = [&["lastTimestamp"][..], &["metadata", "creationTimestamp"]];
        let last = times
            .iter()
            .find_map(|path| text(&entry.object, path).parse::<Timestamp>().ok());
        if last.is_some_and(|last| last < limit) {
            let call = objects.own_call(Known::Event, &entry.key.namespace, "kube-apiserver")?;
            match objects.delete(&call, &entry.key.name, &DeleteOptions::default()) {
                Err(status) if status.reason != "NotFound" => return Err(status),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{Store, Window};

    #[test]
    fn only_old_events_go() {
        let objects = Objects::new(Arc::new(Store::in_memory(Window::default())));
        let namespaces = objects.own_call(Known::Namespace, "", "test").unwrap();
        objects
            .create(&namespaces, json!({"metadata": {"name": "default"}}))
            .unwrap();
        let call = objects.own_call(Known::Event, "default", "test").unwrap();
        for (name, time) in [
            ("old", "2001-01-01T00:00:00Z"),
            ("new", "2101-01-01T00:00:00Z"),
        ] {
            let event = json!({"metadata": {"name": name}, "lastTimestamp": time, "reason": "R",
                "involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"}});
            objects.create(&call, event).unwrap();
        }
        expire(&objects, Timestamp::now() - KEPT).unwrap();
        assert!(objects.get(&call, "old").is_err());
        assert!(objects.get(&call, "new").is_ok());
    }
}
