//! Namespaces: what each has from the start, and their end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::object::{self, is_terminating};
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Entry, Watcher};
use crate::verbs::{Call, Change, DeleteOptions, ListOptions, Objects, Subresource};

const MANAGER: &str = "kube-controller-manager";
/// How often a namespace that is being deleted is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// The namespaces that exist from the start.
pub(crate) const INITIAL: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// Works until the cluster ends.
pub(super) async fn run(objects: Arc<Objects>) {
    let Ok(namespaces) = objects.own_call(Known::Namespace, "", MANAGER) else {
        return;
    };
    loop {
        let (snapshot, mut watcher) =
            Watcher::from_now(&objects.store, &namespaces.resource.collection);
        let mut ending: Vec<String> = Vec::new();
        for entry in snapshot.iter(None, None) {
            look(&objects, entry, &mut ending);
        }
        loop {
            tokio::select! {
                events = watcher.next() => match events {
                    Ok(events) => events.iter().for_each(|event| look(&objects, &event.entry, &mut ending)),
                    // Too much happened: begin anew with the present state.
                    Err(_) => break,
                },
                () = tokio::time::sleep(PAUSE), if !ending.is_empty() => {
                    ending.retain(|name| match end(&objects, &namespaces, name) {
                        Ok(done) => !done,
                        Err(status) => {
                            tracing::warn!(%status, namespace = %name, "the namespace could not be emptied");
                            true
                        }
                    });
                }
            }
        }
    }
}

fn look(objects: &Objects, entry: &Entry, ending: &mut Vec<String>) {
    let name = entry.key.name.to_string();
    if is_terminating(&entry.object) {
        if !ending.contains(&name) && objects.store.get(&entry.key).is_some() {
            ending.push(name);
        }
    } else if let Err(status) = furnish(objects, &name) {
        tracing::warn!(%status, namespace = %name, "the namespace is incomplete");
    }
}

/// Makes what every namespace has.
fn furnish(objects: &Objects, namespace: &str) -> Result<(), Status> {
    let account = (
        Known::ServiceAccount,
        "default",
        json!({"metadata": {"name": "default"}}),
    );
    let bundle = json!({
        "metadata": {"name": "kube-root-ca.crt", "annotations": {"kubernetes.io/description":
            "Pods of the embedded cluster get no service account token, so there is no certificate to trust."}},
        "data": {"ca.crt": ""},
    });
    for (known, name, object) in [account, (Known::ConfigMap, "kube-root-ca.crt", bundle)] {
        let call = objects.own_call(known, namespace, MANAGER)?;
        if objects.store.get(&call.key(name)).is_none() {
            match objects.create(&call, object) {
                Err(status)
                    if !matches!(status.reason, "AlreadyExists" | "NotFound" | "Forbidden") =>
                {
                    return Err(status);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Deletes what is in a namespace; true when it is gone itself.
fn end(objects: &Objects, namespaces: &Call, name: &str) -> Result<bool, Status> {
    let Some(entry) = objects.store.get(&namespaces.key(name)) else {
        return Ok(true);
    };
    if !is_terminating(&entry.object) {
        return Ok(true);
    }
    let mut empty = true;
    let mut seen = Vec::new();
    for resource in objects
        .registry()
        .all()
        .iter()
        .filter(|resource| resource.namespaced && resource.known != Known::Service)
    {
        if seen.contains(&resource.collection) {
            continue;
        }
        seen.push(resource.collection.clone());
        let call = Call {
            resource: resource.clone(),
            namespace: name.to_owned(),
            ..namespaces.clone()
        };
        let snapshot = objects.store.snapshot(&resource.collection);
        let mut found = snapshot.iter(Some(name), None).peekable();
        if found.peek().is_none() {
            continue;
        }
        empty = false;
        if found.any(|entry| !is_terminating(&entry.object)) {
            objects.delete_all(&call, &ListOptions::default(), &DeleteOptions::default())?;
        }
    }
    if !empty {
        return Ok(false);
    }
    let result = objects.modify(
        namespaces,
        name,
        Change::of(Subresource::Finalize),
        Vec::new(),
        |object| {
            let mut object = object.clone();
            object::set(
                &mut object,
                &["spec", "finalizers"],
                Value::Array(Vec::new()),
            );
            Ok(object)
        },
    );
    match result {
        Ok(_) => Ok(objects.store.get(&namespaces.key(name)).is_none()),
        Err(status) if status.reason == "NotFound" => Ok(true),
        Err(status) => Err(status),
    }
}
