//! One pod: from its binding to its removal.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::container::Container;
use super::status::{Ended, Life, Slot, State, status};
use super::{NAME, Node, volumes};
use crate::beneath::Beneath;
use crate::object::{self, at, integer, is_terminating, items, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::Entry;
use crate::supervise::Mount;
use crate::verbs::{Change, DeleteOptions, Subresource};

/// How long to wait before something that is missing is looked for again.
const RETRY: Duration = Duration::from_millis(250);
/// The signals by their numbers, the same on every Linux.
const TERMINATE: i32 = 15;
const KILL: i32 = 9;

/// A pod that runs here.
#[derive(Debug)]
pub(super) struct PodRun {
    pub(super) node: Arc<Node>,
    current: watch::Sender<Arc<Entry>>,
    pub(super) slots: Mutex<Vec<Slot>>,
    pub(super) containers: Vec<Container>,
    life: Mutex<Life>,
    /// Its deletion was asked for, or the cluster ends.
    pub(super) stop: CancellationToken,
    /// The object is gone.
    gone: CancellationToken,
    writing: tokio::sync::Mutex<()>,
}

impl PodRun {
    pub(super) fn new(node: Arc<Node>, entry: Arc<Entry>) -> Self {
        let mut slots = Vec::new();
        let mut containers = Vec::new();
        for (list, init) in [("initContainers", true), ("containers", false)] {
            for container in items(&entry.object, &["spec", list]) {
                slots.push(Slot::new(text(container, &["name"]), init));
                containers.push(Container::new(container.clone(), slots.len() - 1, init));
            }
        }
        let stop = node.shutdown.child_token();
        if is_terminating(&entry.object) {
            stop.cancel();
        }
        Self {
            node,
            current: watch::Sender::new(entry),
            slots: Mutex::new(slots),
            containers,
            life: Mutex::default(),
            stop,
            gone: CancellationToken::new(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// The pod as it was last seen.
    pub(super) fn entry(&self) -> Arc<Entry> {
        self.current.borrow().clone()
    }

    pub(super) fn changed(&self, entry: Arc<Entry>) {
        if is_terminating(&entry.object) {
            self.stop.cancel();
        }
        self.current.send_replace(entry);
    }

    pub(super) fn removed(&self) {
        self.gone.cancel();
        self.stop.cancel();
    }

    /// Ends all processes at once.
    pub(super) async fn kill(&self) {
        self.stop.cancel();
        for container in &self.containers {
            container.signal(KILL).await;
        }
    }

    pub(super) fn folder(&self) -> std::path::PathBuf {
        self.node.pod_folder(object::uid(&self.entry().object))
    }

    fn policy(&self) -> String {
        text(&self.entry().object, &["spec", "restartPolicy"]).to_owned()
    }

    /// Whether a container that ended so is started again.
    pub(super) fn restarts(&self, container: &Container, code: i32) -> bool {
        if self.stop.is_cancelled() {
            return false;
        }
        match self.policy().as_str() {
            "Never" => false,
            // Init containers run to their success once.
            "Always" if !container.init => true,
            _ => code != 0,
        }
    }

    /// Runs the pod until its object is gone.
    pub(super) async fn run(self: Arc<Self>) {
        let entry = self.entry();
        if text(&entry.object, &["spec", "nodeName"]).is_empty()
            && !self.stop.is_cancelled()
            && let Err(status) = self.bind()
        {
            tracing::warn!(%status, pod = %entry.key.name, "the pod could not be bound");
        }
        let interrupted = text(&entry.object, &["status", "phase"]) == "Running";
        if interrupted && self.policy() == "Never" {
            self.interrupted();
        } else {
            tokio::select! {
                () = self.work() => {}
                () = self.gone.cancelled() => {}
                () = self.end_when_asked() => {}
            }
        }
        // The cluster's end is not the pod's: it runs again at the next start.
        if self.node.shutdown.is_cancelled() {
            self.kill().await;
            self.wait_for_processes().await;
            return;
        }
        if self.gone.is_cancelled() {
            self.kill().await;
            self.wait_for_processes().await;
        } else {
            *self.life.lock() = Life {
                initialized: true,
                over: true,
            };
            self.write_status().await;
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.node.shutdown.cancelled() => return,
            }
            if self.node.shutdown.is_cancelled() {
                return;
            }
            let what = "a pod could not be removed";
            self.insist(what, || remove(&self.node, &self.entry()))
                .await;
            tokio::select! {
                () = self.gone.cancelled() => {}
                () = self.node.shutdown.cancelled() => return,
            }
        }
        // What is left would be in nobody's way; the next start of the cluster cannot see it.
        if let Err(error) = std::fs::remove_dir_all(self.folder())
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the directory of a pod remains");
        }
    }

    /// Marks what ran when the cluster ended.
    fn interrupted(&self) {
        let ended = Ended {
            code: 137,
            reason: "Error",
            message: "the embedded cluster ended, and its processes with it".into(),
            started: object::now(),
            finished: object::now(),
        };
        for slot in self.slots.lock().iter_mut() {
            slot.state = State::Ended(ended.clone());
        }
    }

    fn bind(&self) -> Result<(), Status> {
        let entry = self.entry();
        let call =
            self.node
                .objects
                .own_call(Known::Pod, &entry.key.namespace, "kube-scheduler")?;
        self.node.objects.modify(
            &call,
            &entry.key.name,
            Change::of(Subresource::Whole),
            Vec::new(),
            |pod| {
                let mut pod = pod.clone();
                set(&mut pod, &["spec", "nodeName"], NAME.into());
                Ok(pod)
            },
        )?;
        let message = format!(
            "Successfully assigned {}/{} to {NAME}",
            entry.key.namespace, entry.key.name
        );
        super::record_event(
            &self.node.objects,
            &entry.object,
            "default-scheduler",
            "Normal",
            "Scheduled",
            &message,
        );
        Ok(())
    }

    /// Everything until the last container has ended.
    async fn work(self: &Arc<Self>) {
        self.write_status().await;
        let Some(mounts) = self.mounts().await else {
            return;
        };
        for container in self.containers.iter().filter(|container| container.init) {
            let code = container.keep(self, &mounts).await;
            if code != 0 || self.stop.is_cancelled() {
                return;
            }
        }
        self.life.lock().initialized = true;
        self.write_status().await;
        let main = self.containers.iter().filter(|container| !container.init);
        join_all(main.map(|container| container.keep(self, &mounts))).await;
    }

    /// The volumes by name; waits until everything that they need is there.
    async fn mounts(&self) -> Option<Vec<(String, std::path::PathBuf)>> {
        let folder = self.folder().join("volumes");
        let mut told = String::new();
        loop {
            let entry = self.entry();
            let prepare = || -> Result<Vec<_>, String> {
                super::write_folder(&self.node, &folder)?;
                items(&entry.object, &["spec", "volumes"])
                    .iter()
                    .map(|volume| {
                        let path = volumes::prepare(&self.node, &entry, volume, &folder)?;
                        Ok((text(volume, &["name"]).to_owned(), path))
                    })
                    .collect()
            };
            match prepare() {
                Ok(list) => return Some(list),
                Err(message) if message != told => {
                    self.node.event(
                        &entry,
                        "Warning",
                        "FailedMount",
                        &format!("MountVolume.SetUp failed: {message}"),
                    );
                    told = message;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    /// The mounts of one container.
    pub(super) fn mounts_of(
        &self,
        container: &Value,
        volumes: &[(String, std::path::PathBuf)],
    ) -> Result<Vec<Mount>, String> {
        let spec = self.entry();
        let spec = &spec.object;
        let mut mounts = Vec::new();
        for mount in items(container, &["volumeMounts"]) {
            let name = text(mount, &["name"]);
            let Some((_, source)) = volumes.iter().find(|(known, _)| known == name) else {
                continue;
            };
            let part = std::path::PathBuf::from(text(mount, &["subPath"]));
            if part.is_absolute() {
                return Err(format!(
                    "volume {name}: the subPath {} must be relative",
                    part.display()
                ));
            }
            let made =
                Beneath::open(source).and_then(|volume| volume.folder(&part, self.node.user));
            made.map_err(|error| format!("volume {name}: {error}"))?;
            mounts.push(Mount {
                source: source.clone(),
                part,
                target: text(mount, &["mountPath"]).to_owned(),
                read_only: at(mount, &["readOnly"]) == true || volumes::is_projected(spec, name),
            });
        }
        // Outer mounts first, so that inner ones are not hidden.
        mounts.sort_by_key(|mount| mount.target.len());
        Ok(mounts)
    }

    /// When asked to, ends the processes: gently, then not.
    async fn end_when_asked(&self) {
        self.stop.cancelled().await;
        if self.node.shutdown.is_cancelled() {
            return;
        }
        for container in &self.containers {
            let name = text(&container.spec, &["name"]);
            if container.process().is_some() {
                self.node.event(
                    &self.entry(),
                    "Normal",
                    "Killing",
                    &format!("Stopping container {name}"),
                );
            }
            container.signal(TERMINATE).await;
        }
        let seconds = integer(
            &self.entry().object,
            &["metadata", "deletionGracePeriodSeconds"],
        )
        .unwrap_or(30);
        let grace = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        tokio::select! {
            () = self.wait_for_processes() => return,
            () = tokio::time::sleep(grace) => {}
            () = self.shortened(seconds) => {}
        }
        for container in &self.containers {
            container.signal(KILL).await;
        }
        self.wait_for_processes().await;
    }

    /// Returns when the grace period was shortened to nothing.
    async fn shortened(&self, seconds: i64) {
        let mut current = self.current.subscribe();
        let now = |entry: &Arc<Entry>| {
            integer(&entry.object, &["metadata", "deletionGracePeriodSeconds"])
        };
        if current
            .wait_for(|entry| now(entry).is_some_and(|now| now < seconds && now <= 1))
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }

    async fn wait_for_processes(&self) {
        for container in &self.containers {
            if let Some(process) = container.process() {
                let code = process.ended().await;
                container.note_end(self, code);
            }
        }
    }

    /// Changes a container's slot and writes the pod's status.
    pub(super) async fn update(&self, index: usize, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots.lock().get_mut(index) {
            change(slot);
        }
        self.write_status().await;
    }

    async fn write_status(&self) {
        // One at a time, so that an older picture never replaces a newer one.
        let _turn = self.writing.lock().await;
        let what = "the status of a pod could not be written";
        self.insist(what, || self.try_write_status()).await;
    }

    /// Does what the store may refuse until it does not, or nobody needs it any more.
    async fn insist(&self, what: &str, act: impl Fn() -> Result<(), Status>) {
        let mut told = false;
        while let Err(status) = act() {
            let pod = &self.entry().key.name;
            let refused = status.reason == "InternalError";
            if !told && unexpected(&status) {
                tracing::warn!(%status, %pod, "{what}");
                told = true;
            }
            if !refused {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                () = self.gone.cancelled() => return,
                () = self.node.shutdown.cancelled() => return,
            }
        }
    }

    fn try_write_status(&self) -> Result<(), Status> {
        let entry = self.entry();
        let uid = object::uid(&entry.object);
        let objects = &self.node.objects;
        let call = objects.own_call(Known::Pod, &entry.key.namespace, "kubelet")?;
        let (slots, life) = (self.slots.lock().clone(), *self.life.lock());
        let written = objects.modify(
            &call,
            &entry.key.name,
            Change::of(Subresource::Status),
            Vec::new(),
            |pod| {
                if object::uid(pod) != uid {
                    return Err(Status::not_found(&call.resource, &entry.key.name));
                }
                let mut pod = pod.clone();
                let new = status(&pod, &slots, life);
                set(&mut pod, &["status"], new);
                Ok(pod)
            },
        );
        written.map(|_| ())
    }
}

/// Removes the object of a pod that ended before this cluster started.
pub(super) fn removed(node: &Node, entry: &Entry) {
    if let Err(status) = remove(node, entry)
        && unexpected(&status)
    {
        tracing::warn!(%status, pod = %entry.key.name, "a pod could not be removed");
    }
}

/// Whether a refusal says more than that the pod is gone or another one by now.
fn unexpected(status: &Status) -> bool {
    !matches!(status.reason, "NotFound" | "Conflict")
}

/// Removes the object of a pod whose processes have ended.
fn remove(node: &Node, entry: &Entry) -> Result<(), Status> {
    let options = DeleteOptions {
        grace: Some(0),
        uid: Some(object::uid(&entry.object).to_owned()),
        ..DeleteOptions::default()
    };
    let call = node
        .objects
        .own_call(Known::Pod, &entry.key.namespace, "kubelet")?;
    let deleted = node.objects.delete(&call, &entry.key.name, &options);
    deleted.map(|_| ())
}
