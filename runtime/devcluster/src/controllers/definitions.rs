//! The end of a CustomResourceDefinition: first its objects are deleted.

use std::sync::Arc;
use std::time::Duration;

use crate::object::{at, is_terminating, items, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Collection, Entry, Watcher};
use crate::verbs::{Call, Change, DeleteOptions, ListOptions, Objects, Subresource};

const MANAGER: &str = "kube-apiserver";
const FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";
const PAUSE: Duration = Duration::from_millis(50);

/// Works until the cluster ends.
pub(super) async fn run(objects: Arc<Objects>) {
    let Ok(definitions) = objects.own_call(Known::CustomResourceDefinition, "", MANAGER) else {
        return;
    };
    loop {
        let (snapshot, mut watcher) =
            Watcher::from_now(&objects.store, &definitions.resource.collection);
        let mut ending: Vec<String> = Vec::new();
        let look = |entry: &Entry, ending: &mut Vec<String>| {
            if is_terminating(&entry.object) {
                ending.push(entry.key.name.to_string());
            }
        };
        for entry in snapshot.iter(None, None) {
            look(entry, &mut ending);
        }
        loop {
            tokio::select! {
                events = watcher.next() => match events {
                    Ok(events) => events.iter().for_each(|event| look(&event.entry, &mut ending)),
                    Err(_) => break,
                },
                () = tokio::time::sleep(PAUSE), if !ending.is_empty() => {
                    ending.retain(|name| match end(&objects, &definitions, name) {
                        Ok(done) => !done,
                        Err(status) if matches!(status.reason, "NotFound") => false,
                        Err(status) => {
                            tracing::warn!(%status, definition = %name, "its objects could not be deleted");
                            true
                        }
                    });
                }
            }
        }
    }
}

fn end(objects: &Objects, definitions: &Call, name: &str) -> Result<bool, Status> {
    let Some(entry) = objects.store.get(&definitions.key(name)) else {
        return Ok(true);
    };
    let spec = at(&entry.object, &["spec"]);
    let collection = Collection::new(text(spec, &["group"]), text(spec, &["names", "plural"]));
    let snapshot = objects.store.snapshot(&collection);
    if snapshot.size() > 0 {
        let resource = objects.registry().of_collection(&collection).cloned();
        let resource = resource.ok_or_else(Status::no_such_path)?;
        let call = Call {
            resource,
            ..definitions.clone()
        };
        if snapshot
            .iter(None, None)
            .any(|entry| !is_terminating(&entry.object))
        {
            objects.delete_all(&call, &ListOptions::default(), &DeleteOptions::default())?;
        }
        return Ok(false);
    }
    objects.modify(
        definitions,
        name,
        Change::of(Subresource::Whole),
        Vec::new(),
        |object| {
            let mut object = object.clone();
            let left: Vec<_> = items(&object, &["metadata", "finalizers"])
                .iter()
                .filter(|finalizer| *finalizer != FINALIZER)
                .cloned()
                .collect();
            set(&mut object, &["metadata", "finalizers"], left.into());
            Ok(object)
        },
    )?;
    Ok(objects.store.get(&definitions.key(name)).is_none())
}
