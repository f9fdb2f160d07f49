//! Workloads: what makes pods, and what binds claims.

mod claims;
mod deployment;
mod job;
mod pods;
mod replica_set;
mod stateful_set;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::object::{at, items, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Change as Happened, Entry, Event, Key};
use crate::verbs::{Call, Change, Objects, Subresource};

/// How long one that could not be brought in order waits for the next attempt.
const RETRY: Duration = Duration::from_millis(100);
/// The kinds that are looked after.
const KINDS: [Known; 6] = [
    Known::Deployment,
    Known::ReplicaSet,
    Known::StatefulSet,
    Known::Job,
    Known::PersistentVolumeClaim,
    Known::PersistentVolume,
];

/// What the controllers work with.
#[derive(Debug)]
pub(super) struct Context {
    objects: Arc<Objects>,
}

/// Whether an object is in order or must be looked at again soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Again,
}

/// Works until the cluster ends.
pub(super) async fn run(objects: Arc<Objects>) {
    let context = Context { objects };
    let mut events = context.objects.store.follow();
    let mut queue = BTreeSet::new();
    for known in KINDS {
        if let Ok(resource) = context.objects.known(known) {
            let snapshot = context.objects.store.snapshot(&resource.collection);
            queue.extend(snapshot.iter(None, None).map(|entry| entry.key.clone()));
        }
    }
    let mut later: BTreeSet<Key> = BTreeSet::new();
    loop {
        while let Ok(event) = events.try_recv() {
            context.affected(&event, &mut queue);
        }
        let Some(key) = queue.pop_first() else {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => context.affected(&event, &mut queue),
                    None => return,
                },
                () = tokio::time::sleep(RETRY), if !later.is_empty() => queue.append(&mut later),
            }
            continue;
        };
        match context.look(&key) {
            Ok(Outcome::Done) => {}
            Ok(Outcome::Again) => {
                later.insert(key);
            }
            Err(status) => {
                if !matches!(
                    status.reason,
                    "NotFound" | "Conflict" | "AlreadyExists" | "Forbidden"
                ) {
                    tracing::warn!(%status, name = %key.name, "a workload could not be brought in order");
                }
                if status.reason != "NotFound" {
                    later.insert(key);
                }
            }
        }
        tokio::task::yield_now().await;
    }
}

impl Context {
    /// The objects that an event concerns: itself, its controller, the volume of a claim.
    fn affected(&self, event: &Event, queue: &mut BTreeSet<Key>) {
        let entry = &event.entry;
        if let Some(known) = self.known(&entry.key) {
            queue.insert(entry.key.clone());
            if known == Known::PersistentVolumeClaim && event.change == Happened::Deleted {
                self.queue_all(Known::PersistentVolume, "", queue);
            }
            if known == Known::PersistentVolume {
                let claim = |field| text(&entry.object, &["spec", "claimRef", field]);
                self.queue_all(Known::PersistentVolumeClaim, claim("namespace"), queue);
            }
        }
        for owner in items(&entry.object, &["metadata", "ownerReferences"]) {
            queue.extend(self.objects.store.by_uid(text(owner, &["uid"])));
        }
        if entry.key.collection.as_str() == "/pods" {
            for volume in items(&entry.object, &["spec", "volumes"]) {
                let claim = text(volume, &["persistentVolumeClaim", "claimName"]);
                if let (false, Ok(resource)) = (
                    claim.is_empty(),
                    self.objects.known(Known::PersistentVolumeClaim),
                ) {
                    queue.insert(Key::new(&resource.collection, &entry.key.namespace, claim));
                }
            }
        }
    }

    /// Claims that wait can be few, volumes too: all of a namespace, or of the cluster.
    fn queue_all(&self, known: Known, namespace: &str, queue: &mut BTreeSet<Key>) {
        if let Ok(resource) = self.objects.known(known) {
            let snapshot = self.objects.store.snapshot(&resource.collection);
            let namespace = (!namespace.is_empty()).then_some(namespace);
            queue.extend(
                snapshot
                    .iter(namespace, None)
                    .map(|entry| entry.key.clone()),
            );
        }
    }

    fn known(&self, key: &Key) -> Option<Known> {
        let registry = self.objects.registry();
        let known = registry.of_collection(&key.collection)?.known;
        KINDS.contains(&known).then_some(known)
    }

    fn look(&self, key: &Key) -> Result<Outcome, Status> {
        let Some(entry) = self.objects.store.get(key) else {
            return Ok(Outcome::Done);
        };
        match self.known(key) {
            Some(Known::Deployment) => self.deployment(&entry),
            Some(Known::ReplicaSet) => self.replica_set(&entry),
            Some(Known::StatefulSet) => self.stateful_set(&entry),
            Some(Known::Job) => self.job(&entry),
            Some(Known::PersistentVolumeClaim) => self.claim(&entry),
            Some(Known::PersistentVolume) => self.volume(&entry),
            _ => Ok(Outcome::Done),
        }
    }

    fn call(&self, known: Known, namespace: &str) -> Result<Call, Status> {
        self.objects
            .own_call(known, namespace, "kube-controller-manager")
    }

    /// Changes an object if it is still the one that was looked at.
    fn change(
        &self,
        known: Known,
        entry: &Entry,
        part: Subresource,
        change: impl Fn(&mut Value),
    ) -> Result<(), Status> {
        let call = self.call(known, &entry.key.namespace)?;
        let uid = crate::object::uid(&entry.object);
        self.objects
            .modify(
                &call,
                &entry.key.name,
                Change::of(part),
                Vec::new(),
                |object| {
                    if crate::object::uid(object) != uid {
                        return Err(Status::not_found(&call.resource, &entry.key.name));
                    }
                    let mut object = object.clone();
                    change(&mut object);
                    Ok(object)
                },
            )
            .map(|_| ())
    }

    /// Writes the status of a workload.
    fn write_status(&self, known: Known, entry: &Entry, status: &Value) -> Result<(), Status> {
        if at(&entry.object, &["status"]) == status {
            return Ok(());
        }
        self.change(known, entry, Subresource::Status, |object| {
            crate::object::set(object, &["status"], status.clone());
        })
    }

    fn event(&self, about: &Entry, component: &str, reason: &str, message: &str) {
        crate::node::record_event(
            &self.objects,
            &about.object,
            component,
            "Normal",
            reason,
            message,
        );
    }

    /// Objects of a kind that this one controls.
    fn owned(&self, owner: &Entry, known: Known) -> Result<Vec<Arc<Entry>>, Status> {
        let collection = self.objects.known(known)?.collection.clone();
        let uid = crate::object::uid(&owner.object);
        let controls = |entry: &Arc<Entry>| {
            items(&entry.object, &["metadata", "ownerReferences"])
                .iter()
                .any(|reference| {
                    text(reference, &["uid"]) == uid && at(reference, &["controller"]) == true
                })
        };
        let keys = self.objects.store.dependents(uid);
        Ok(keys
            .iter()
            .filter(|key| key.collection == collection)
            .filter_map(|key| self.objects.store.get(key))
            .filter(controls)
            .collect())
    }
}

/// A condition, whose time of change stays if its status does.
fn condition(old: &Value, kind: &str, holds: bool, reason: &str, message: &str) -> Value {
    let word = if holds { "True" } else { "False" };
    let before = items(old, &["conditions"])
        .iter()
        .find(|condition| text(condition, &["type"]) == kind);
    match before {
        Some(before)
            if text(before, &["status"]) == word && text(before, &["reason"]) == reason =>
        {
            before.clone()
        }
        before => {
            let now = crate::object::now();
            let since = before
                .filter(|before| text(before, &["status"]) == word)
                .map_or_else(
                    || now.clone(),
                    |before| at(before, &["lastTransitionTime"]).clone(),
                );
            serde_json::json!({"type": kind, "status": word, "reason": reason, "message": message,
                "lastUpdateTime": now, "lastTransitionTime": since})
        }
    }
}
