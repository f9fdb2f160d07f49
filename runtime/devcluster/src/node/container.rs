//! One container: its process, its restarts, its logs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;

use super::environment::environment;
use super::expand::expand;
use super::images::{self, Image};
use super::logs::Log;
use super::pod::PodRun;
use super::process::{self, Output, Process};
use super::status::{Ended, State};
use super::{probe, volumes, write_folder};
use crate::beneath::Beneath;
use crate::object::{self, items, text};
use crate::supervise::{Isolation, Plan};

/// How long the last output is waited for after the end, when something else holds it open.
const DRAIN: Duration = Duration::from_secs(1);
/// How long to wait before something that is missing is looked for again.
const RETRY: Duration = Duration::from_millis(500);
/// The first and the longest pause between restarts, as in Kubernetes.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));
/// How much of a termination message is kept.
const MESSAGE: u64 = 4096;

/// The logs of the present run and of the one before.
#[derive(Debug, Default)]
struct Logs {
    present: Option<Arc<Log>>,
    previous: Option<Arc<Log>>,
}

/// A container of a pod.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) spec: Value,
    pub(super) index: usize,
    pub(super) init: bool,
    process: Mutex<Option<Arc<Process>>>,
    plan: Mutex<Option<Plan>>,
    logs: Mutex<Logs>,
}

impl Container {
    pub(super) fn new(spec: Value, index: usize, init: bool) -> Self {
        Self {
            spec,
            index,
            init,
            process: Mutex::default(),
            plan: Mutex::default(),
            logs: Mutex::default(),
        }
    }

    pub(super) fn name(&self) -> &str {
        text(&self.spec, &["name"])
    }

    pub(super) fn process(&self) -> Option<Arc<Process>> {
        self.process.lock().clone()
    }

    /// The log of this run, or of the one before.
    pub(super) fn log(&self, previous: bool) -> Option<Arc<Log>> {
        let logs = self.logs.lock();
        if previous {
            logs.previous.clone()
        } else {
            logs.present.clone()
        }
    }

    pub(super) async fn signal(&self, number: i32) {
        if let Some(process) = self.process() {
            process.signal(number).await;
        }
    }

    fn folder(&self, run: &PodRun) -> PathBuf {
        run.folder().join(self.name())
    }

    /// Runs the container, again and again if the policy says so; the last exit code.
    pub(super) async fn keep(&self, run: &PodRun, mounts: &[(String, PathBuf)]) -> i32 {
        let mut restarts = 0;
        loop {
            let Some(plan) = self.planned(run, mounts).await else {
                return 137;
            };
            let code = self.once(run, &plan, restarts).await;
            if !run.restarts(self, code) {
                return code;
            }
            if restarts > 0 {
                let pause = BACKOFF
                    .0
                    .saturating_mul(1 << (restarts - 1).min(5))
                    .min(BACKOFF.1);
                let message = format!(
                    "back-off {}s restarting failed container={}",
                    pause.as_secs(),
                    self.name()
                );
                run.node.event(&run.entry(), "Warning", "BackOff", &message);
                run.update(self.index, |slot| {
                    if let State::Ended(ended) = &slot.state {
                        slot.last = Some(ended.clone());
                    }
                    slot.state = State::Waiting {
                        reason: "CrashLoopBackOff",
                        message,
                    };
                })
                .await;
                tokio::select! {
                    () = run.stop.cancelled() => return code,
                    () = tokio::time::sleep(pause) => {}
                }
            }
            restarts += 1;
        }
    }

    /// What to run; waits until everything that it needs is there.
    async fn planned(&self, run: &PodRun, mounts: &[(String, PathBuf)]) -> Option<Plan> {
        let mut told = String::new();
        while !run.stop.is_cancelled() {
            let (reason, message) = match self.plan(run, mounts) {
                Ok(plan) => {
                    *self.plan.lock() = Some(plan.clone());
                    return Some(plan);
                }
                Err(problem) => problem,
            };
            if told != message {
                run.node.event(
                    &run.entry(),
                    "Warning",
                    "Failed",
                    &format!("Error: {reason}: {message}"),
                );
                told.clone_from(&message);
                run.update(self.index, |slot| {
                    slot.state = State::Waiting { reason, message }
                })
                .await;
            }
            tokio::select! {
                () = run.stop.cancelled() => {}
                () = tokio::time::sleep(RETRY) => {}
            }
        }
        None
    }

    fn plan(
        &self,
        run: &PodRun,
        volumes: &[(String, PathBuf)],
    ) -> Result<Plan, (&'static str, String)> {
        let node = &run.node;
        let entry = run.entry();
        let image = images::find(node.setup.images.as_deref(), text(&self.spec, &["image"]))
            .map_err(|message| ("ErrImagePull", message))?;
        let path = image.search_path(node.isolation);
        let variables = environment(node, &entry, &self.spec, &path)
            .map_err(|message| ("CreateContainerConfigError", message))?;
        let words = |field: &str| -> Vec<String> {
            items(&self.spec, &[field])
                .iter()
                .filter_map(Value::as_str)
                .map(|word| expand(word, &variables))
                .collect()
        };
        let mut command = words("command");
        if command.is_empty() && words("args").is_empty() {
            // An image has no entry point of its own; a shell without input ends at once, as there.
            command = vec!["sh".into()];
        }
        command.extend(words("args"));
        let config = |message| ("CreateContainerConfigError", message);
        let root = self.folder(run).join("root");
        write_folder(node, &run.folder()).map_err(config)?;
        write_folder(node, &self.folder(run)).map_err(config)?;
        // Each start has a root of its own, as in Kubernetes. What the run before left there could be
        // links to anywhere, at places where files are made now.
        match std::fs::remove_dir_all(&root) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(config(format!("{}: {error}", root.display())));
            }
            _ => {}
        }
        write_folder(node, &root).map_err(config)?;
        for (name, mode) in [
            ("tmp", 0o1777),
            ("run", 0o755),
            ("var", 0o755),
            ("var/tmp", 0o1777),
            ("var/run", 0o755),
            ("var/lib", 0o755),
            ("dev", 0o755),
            // Shared memory, which databases use.
            ("dev/shm", 0o1777),
        ] {
            let path = root.join(name);
            std::fs::create_dir_all(&path)
                .map_err(|error| config(format!("{}: {error}", path.display())))?;
            volumes::own_by(node, &path, mode).map_err(config)?;
        }
        let directory = match text(&self.spec, &["workingDir"]) {
            "" => "/".to_owned(),
            given => given.to_owned(),
        };
        let mounts = run.mounts_of(&self.spec, volumes).map_err(config)?;
        let inside = node.isolation == Isolation::Namespaces;
        let said = |error: std::io::Error| config(error.to_string());
        let beneath = Beneath::open(&root).map_err(said)?;
        if inside {
            // Below a volume it is made in vain: the volume lies above it then.
            beneath
                .folder(Path::new(&directory), node.user)
                .map_err(said)?;
        } else {
            // Without namespaces a volume is a link below the container's root.
            for mount in &mounts {
                beneath
                    .link(Path::new(&mount.target), &mount.source.join(&mount.part))
                    .map_err(said)?;
            }
            match beneath.folder(Path::new(&directory), node.user) {
                // A volume: what is in it is not this cluster's to make.
                Err(_)
                    if mounts
                        .iter()
                        .any(|mount| directory.starts_with(&mount.target)) => {}
                made => made.map_err(said)?,
            }
        }
        let folder = root.join(directory.trim_start_matches('/'));
        Ok(Plan {
            command,
            environment: variables,
            directory: if inside {
                directory
            } else {
                folder.display().to_string()
            },
            root,
            image: match &image {
                Image::Host => None,
                Image::Directory(_) => image.folder(),
            },
            mounts,
            hostname: object::hostname(&entry.object).chars().take(63).collect(),
            user: node.user,
            isolation: node.isolation,
            join: None,
            stdin: false,
        })
    }

    /// The plan of a further process in this container.
    pub(super) fn plan_beside(&self, command: Vec<String>, stdin: bool) -> Option<Plan> {
        let process = self.process()?;
        let plan = self.plan.lock().clone()?;
        Some(Plan {
            command,
            stdin,
            join: Some(process.id),
            ..plan
        })
    }

    /// Runs the container once.
    async fn once(&self, run: &PodRun, plan: &Plan, restarts: i64) -> i32 {
        let entry = run.entry();
        let name = self.name();
        let log = match Log::create(&self.folder(run).join(format!("{restarts}.log"))).await {
            Ok(log) => log,
            Err(error) => {
                return self
                    .not_started(run, restarts, &format!("no log can be written: {error}"))
                    .await;
            }
        };
        {
            let mut logs = self.logs.lock();
            logs.previous = logs.present.replace(log.clone());
        }
        let (process, Output { stdout, stderr }) =
            match process::start(&run.node.setup.supervisor, plan).await {
                Ok(started) => started,
                Err(reason) => {
                    log.finish();
                    return self.not_started(run, restarts, &reason).await;
                }
            };
        let process = Arc::new(process);
        *self.process.lock() = Some(process.clone());
        if run.stop.is_cancelled() {
            process.signal(9).await;
        }
        run.node.event(
            &entry,
            "Normal",
            "Started",
            &format!("Started container {name}"),
        );
        let since = object::now();
        let probes = probe::Probes::of(&self.spec);
        run.update(self.index, |slot| {
            if let State::Ended(ended) = &slot.state {
                slot.last = Some(ended.clone());
            }
            slot.state = State::Running {
                since: since.clone(),
            };
            slot.restarts = restarts;
            slot.id = format!("process://{}", process.id);
            slot.started = !probes.has_startup();
            slot.ready = probes.ready_at_once();
        })
        .await;
        let copying = tokio::spawn({
            let log = log.clone();
            async move {
                tokio::join!(
                    log.clone().copy("stdout", stdout),
                    log.clone().copy("stderr", stderr)
                );
                log.finish();
            }
        });
        let code = tokio::select! {
            code = process.ended() => code,
            () = probes.run(run, self) => process.ended().await,
        };
        // Something that the container left behind may hold the output open.
        if tokio::time::timeout(DRAIN, copying).await.is_err() {
            log.finish();
        }
        self.note_end(run, code);
        run.update(self.index, |_| {}).await;
        code
    }

    /// Records the end of the process, once.
    pub(super) fn note_end(&self, run: &PodRun, code: i32) {
        if self.process.lock().take().is_none() {
            return;
        }
        let message = self.message(run);
        if let Some(slot) = run.slots.lock().get_mut(self.index) {
            let started = match &slot.state {
                State::Running { since } => since.clone(),
                _ => object::now(),
            };
            slot.ready = false;
            slot.state = State::Ended(Ended {
                code,
                reason: if code == 0 { "Completed" } else { "Error" },
                message,
                started,
                finished: object::now(),
            });
        }
    }

    /// What the container wrote to its termination message file.
    fn message(&self, run: &PodRun) -> String {
        let path = Path::new(text(&self.spec, &["terminationMessagePath"]));
        // The container can have put a link to anywhere in its place.
        let written =
            Beneath::open(&self.folder(run).join("root")).and_then(|root| root.read(path, MESSAGE));
        String::from_utf8_lossy(&written.unwrap_or_default()).into_owned()
    }

    async fn not_started(&self, run: &PodRun, restarts: i64, reason: &str) -> i32 {
        let message = format!("failed to start container {:?}: {reason}", self.name());
        run.node.event(
            &run.entry(),
            "Warning",
            "Failed",
            &format!("Error: {message}"),
        );
        let now = object::now();
        run.update(self.index, |slot| {
            slot.restarts = restarts;
            slot.state = State::Ended(Ended {
                code: 128,
                reason: "StartError",
                message,
                started: now.clone(),
                finished: now,
            });
        })
        .await;
        128
    }
}
