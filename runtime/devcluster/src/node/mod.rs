//! The one node: it runs pods as processes of this machine.

mod access;
mod container;
mod downward;
mod environment;
mod exec;
mod expand;
mod images;
mod logs;
mod pod;
mod probe;
mod process;
mod status;
mod volumes;

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use access::LogReader;
pub(crate) use exec::Request as ExecRequest;
pub use process::Supervisor;

use crate::object::{self, set, text};
use crate::registry::Known;
use crate::status::Status;
use crate::store::{Change as Happened, Entry, Watcher};
use crate::supervise::{Isolation, has_landlock};
use crate::verbs::{Change, Objects, Subresource};

use pod::PodRun;

/// The name of the node.
pub(crate) const NAME: &str = "devcluster";
/// The address of every pod: they share the machine's network.
pub(crate) const ADDRESS: &str = "127.0.0.1";

/// How pods are run.
#[derive(Clone, Debug)]
pub struct Pods {
    /// The program that supervises containers.
    pub supervisor: Supervisor,
    /// The directory of images; each is a directory below it.
    pub images: Option<PathBuf>,
    /// Pods run with all rights of the cluster's user.
    pub unconfined: bool,
    /// Pods get no namespaces of their own, even where that is possible.
    pub no_namespaces: bool,
    /// Directories that pods may mount by hostPath.
    pub host_paths: Vec<PathBuf>,
    /// The user as whom pods run if the cluster was started by root.
    pub user: String,
}

/// The node, and the pods on it.
#[derive(Debug)]
pub(crate) struct Node {
    objects: Arc<Objects>,
    setup: Pods,
    isolation: Isolation,
    user: Option<(u32, u32)>,
    host_paths: Vec<PathBuf>,
    /// Directory of everything that pods leave on the disk.
    folder: PathBuf,
    pods: Mutex<HashMap<String, Arc<PodRun>>>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Node {
    pub(crate) fn new(
        objects: Arc<Objects>,
        setup: Pods,
        folder: PathBuf,
        tasks: TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Self, String> {
        let isolation = isolation(&setup, namespaces, has_landlock)?;
        let root = nix::unistd::Uid::current().is_root();
        let user = if root && !setup.unconfined {
            Some(unprivileged(&setup.user)?)
        } else {
            None
        };
        for name in ["pods", "volumes"] {
            std::fs::create_dir_all(folder.join(name))
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        // Processes of another user must be able to pass through, not to look around.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o711))
            .map_err(|error| error.to_string())?;
        let host_paths = setup.host_paths.clone();
        Ok(Self {
            objects,
            setup,
            isolation,
            user,
            host_paths,
            folder,
            pods: Mutex::default(),
            tasks,
            shutdown,
        })
    }

    /// Where the content of a volume of the default class is.
    pub(crate) fn volume_folder(&self, volume: &str) -> PathBuf {
        self.folder.join("volumes").join(volume)
    }

    fn pod_folder(&self, uid: &str) -> PathBuf {
        self.folder.join("pods").join(uid)
    }

    /// The pod with this uid, if it runs here.
    fn running(&self, uid: &str) -> Option<Arc<PodRun>> {
        self.pods.lock().get(uid).cloned()
    }

    /// Runs pods until the cluster ends.
    pub(crate) async fn run(self: Arc<Self>) {
        if let Err(status) = self.register() {
            tracing::warn!(%status, "the node could not be registered");
        }
        let Ok(call) = self.objects.own_call(Known::Pod, "", "kubelet") else {
            return;
        };
        loop {
            let (snapshot, mut watcher) =
                Watcher::from_now(&self.objects.store, &call.resource.collection);
            for entry in snapshot.iter(None, None) {
                self.look(entry, false);
            }
            loop {
                tokio::select! {
                    () = self.shutdown.cancelled() => {
                        let pods: Vec<Arc<PodRun>> = self.pods.lock().values().cloned().collect();
                        for pod in pods {
                            pod.kill().await;
                        }
                        return;
                    }
                    events = watcher.next() => match events {
                        Ok(events) => for event in events {
                            self.look(&event.entry, event.change == Happened::Deleted);
                        },
                        Err(_) => break,
                    },
                }
            }
        }
    }

    /// Does what a pod needs: a place, processes, or an end.
    fn look(self: &Arc<Self>, entry: &Arc<Entry>, deleted: bool) {
        let uid = object::uid(&entry.object).to_owned();
        if let Some(run) = self.running(&uid) {
            if deleted {
                run.removed();
            } else {
                run.changed(entry.clone());
            }
            return;
        }
        let phase = text(&entry.object, &["status", "phase"]);
        let node = text(&entry.object, &["spec", "nodeName"]);
        let ended = matches!(phase, "Succeeded" | "Failed");
        if deleted || (!node.is_empty() && node != NAME) {
            return;
        }
        if ended {
            if object::is_terminating(&entry.object) {
                pod::removed(self, entry);
            }
            return;
        }
        let run = Arc::new(PodRun::new(self.clone(), entry.clone()));
        self.pods.lock().insert(uid.clone(), run.clone());
        let node = self.clone();
        self.tasks.spawn(async move {
            run.clone().run().await;
            node.pods.lock().remove(&uid);
        });
    }

    /// Writes the object of the node.
    fn register(&self) -> Result<(), Status> {
        let call = self.objects.own_call(Known::Node, "", "kubelet")?;
        let labels = json!({"kubernetes.io/hostname": NAME, "kubernetes.io/os": "linux", "kubernetes.io/arch": std::env::consts::ARCH});
        match self.objects.create(
            &call,
            json!({"metadata": {"name": NAME, "labels": labels}, "spec": {}}),
        ) {
            Err(status) if status.reason != "AlreadyExists" => return Err(status),
            _ => {}
        }
        let now = object::now();
        let condition = |kind: &str, value: &str| json!({"type": kind, "status": value, "lastHeartbeatTime": now, "lastTransitionTime": now, "reason": "Devcluster", "message": "the embedded cluster runs"});
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let capacity = json!({"cpu": count.to_string(), "memory": "1Gi", "pods": "1000"});
        let status = json!({
            "capacity": capacity, "allocatable": capacity,
            "conditions": [condition("MemoryPressure", "False"), condition("DiskPressure", "False"), condition("PIDPressure", "False"), condition("Ready", "True")],
            "addresses": [{"type": "InternalIP", "address": ADDRESS}, {"type": "Hostname", "address": NAME}],
            "nodeInfo": {"kubeletVersion": "v1.34.4+kanister-devcluster", "kubeProxyVersion": "", "containerRuntimeVersion": "process://1",
                "operatingSystem": "linux", "architecture": std::env::consts::ARCH, "osImage": "", "kernelVersion": "",
                "machineID": "", "systemUUID": "", "bootID": ""},
        });
        self.objects
            .modify(
                &call,
                NAME,
                Change::of(Subresource::Status),
                Vec::new(),
                |node| {
                    let mut node = node.clone();
                    set(&mut node, &["status"], status.clone());
                    Ok(node)
                },
            )
            .map(|_| ())
    }

    /// Records an event about a pod.
    fn event(&self, pod: &Entry, kind: &str, reason: &str, message: &str) {
        record_event(&self.objects, &pod.object, "kubelet", kind, reason, message);
    }
}

/// Records an event about an object; failing to do so changes nothing else.
pub(crate) fn record_event(
    objects: &Objects,
    about: &Value,
    component: &str,
    kind: &str,
    reason: &str,
    message: &str,
) {
    let namespace = match object::namespace(about) {
        "" => "default",
        namespace => namespace,
    };
    let now = object::now();
    let name = format!(
        "{}.{:x}",
        object::name(about),
        jiff::Timestamp::now().as_nanosecond()
    );
    let event = json!({
        "metadata": {"name": name}, "reason": reason, "message": message, "type": kind, "count": 1,
        "firstTimestamp": now, "lastTimestamp": now, "source": {"component": component}, "reportingComponent": component,
        "involvedObject": {"apiVersion": object::at(about, &["apiVersion"]), "kind": object::at(about, &["kind"]),
            "name": object::name(about), "namespace": object::at(about, &["metadata", "namespace"]),
            "uid": object::uid(about), "resourceVersion": object::at(about, &["metadata", "resourceVersion"])},
    });
    let made = objects
        .own_call(Known::Event, namespace, component)
        .and_then(|call| objects.create(&call, event));
    if let Err(status) = made {
        tracing::debug!(%status, reason, "an event was not recorded");
    }
}

/// The strongest isolation that this machine has, given whether it has namespaces, and Landlock with
/// or without signals.
fn isolation(
    setup: &Pods,
    namespaces: impl FnOnce() -> bool,
    landlock: impl Fn(bool) -> bool,
) -> Result<Isolation, String> {
    if setup.unconfined {
        return Ok(Isolation::None);
    }
    if !setup.no_namespaces && namespaces() && landlock(false) {
        return Ok(Isolation::Namespaces);
    }
    if landlock(true) {
        return Ok(Isolation::Landlock);
    }
    Err("this kernel has no Landlock (or one before ABI 6, Linux 6.12), so pods cannot be kept from the rest of the machine; start the cluster with --unconfined if you trust every Blueprint and pod in it".to_owned())
}

/// Whether processes can be given namespaces: tried by a program of the system.
fn namespaces() -> bool {
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "--pid", "--fork", "--uts", "--ipc"]);
    if !nix::unistd::Uid::current().is_root() {
        command.arg("--map-current-user");
    }
    command
        .arg("true")
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn unprivileged(name: &str) -> Result<(u32, u32), String> {
    let user = nix::unistd::User::from_name(name)
        .map_err(|error| format!("user {name}: {error}"))?
        .ok_or_else(|| {
            format!("there is no user {name} as whom pods could run; name another one")
        })?;
    if user.uid.is_root() {
        return Err(format!(
            "pods must not run as {name}; name an unprivileged user, or start the cluster with --unconfined"
        ));
    }
    Ok((user.uid.as_raw(), user.gid.as_raw()))
}

fn write_folder(node: &Node, path: &Path) -> Result<(), String> {
    std::fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
    volumes::own_by(node, path, 0o755)
}

/// Time, whether the line goes on in the next, and text of a line in a log file.
pub(crate) fn logged_line(line: &[u8]) -> Option<(&str, bool, &[u8])> {
    let logs::Line {
        time,
        partial,
        text,
    } = logs::Line::parse(line)?;
    Some((time, partial, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a machine with these abilities gives; signals need a newer Landlock than files.
    fn chosen(
        flags: &str,
        namespaces: bool,
        files: bool,
        signals: bool,
    ) -> Result<Isolation, String> {
        let setup = Pods {
            supervisor: Supervisor {
                program: PathBuf::new(),
                arguments: Vec::new(),
            },
            images: None,
            unconfined: flags == "--unconfined",
            no_namespaces: flags == "--no-namespaces",
            host_paths: Vec::new(),
            user: "nobody".into(),
        };
        isolation(
            &setup,
            || namespaces,
            |wanted| if wanted { signals } else { files },
        )
    }

    #[test]
    fn pods_run_unconfined_only_if_somebody_says_so() {
        for (flags, namespaces, files, signals, wanted) in [
            ("", true, true, true, Isolation::Namespaces),
            ("", true, true, false, Isolation::Namespaces),
            ("", false, true, true, Isolation::Landlock),
            ("--no-namespaces", true, true, true, Isolation::Landlock),
            ("--unconfined", true, true, true, Isolation::None),
            ("--unconfined", false, false, false, Isolation::None),
        ] {
            assert_eq!(chosen(flags, namespaces, files, signals), Ok(wanted));
        }
        for (flags, namespaces, files, signals) in [
            ("", false, false, false),
            ("", false, true, false),
            ("", true, false, false),
            ("--no-namespaces", true, true, false),
        ] {
            let refused = chosen(flags, namespaces, files, signals).unwrap_err();
            assert!(
                refused.contains("start the cluster with --unconfined"),
                "{refused}"
            );
        }
    }
}
