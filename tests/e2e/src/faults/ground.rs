//! The namespace in which everything happens, and how it is looked at.

use std::cell::Cell;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::controller::Controller;
use super::{Programs, objects};
use crate::boot::{kubectl, output};
use crate::config::Config;
use crate::wait::until;

/// The namespace of the controllers and the application.
pub const NAMESPACE: &str = "faults";

/// How long a run may take to end after a fault.
const END: Duration = Duration::from_secs(240);

/// How long the kubelet may take to come back.
const RETURN: Duration = Duration::from_secs(60);

/// The ground of the suite.
pub struct Ground<'a> {
    pub config: &'a Config,
    pub programs: &'a Programs,
    /// Tells this run of the suite from earlier ones on the same cluster.
    began: u64,
    count: Cell<u32>,
}

impl<'a> Ground<'a> {
    /// Creates everything that cases share.
    ///
    /// # Errors
    /// If the cluster refuses something.
    pub fn prepare(config: &'a Config, programs: &'a Programs) -> anyhow::Result<Self> {
        let ground = Self {
            config,
            programs,
            began: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
            count: Cell::new(0),
        };
        for folder in [ground.logs(), ground.store()] {
            std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        for name in [NAMESPACE, objects::SHOP] {
            let metadata = json!({"name": name});
            ground
                .apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))?;
        }
        ground.apply(&objects::account())?;
        for (namespace, pod) in [(NAMESPACE, "app"), (objects::SHOP, "printer")] {
            // The pod needs the namespace's account, which is made a moment later.
            let account = ["get", "serviceaccount", "default", "-n", namespace];
            until("the account of the pod", || {
                Ok(ground.kubectl(&account).is_ok())
            })?;
            ground.apply(&objects::pod(namespace, pod))?;
        }
        let wait = ["--for=condition=Ready", "--timeout=120s"];
        ground.kubectl(&[["wait", "pod/app"], wait].concat())?;
        let printer = ["wait", "pod/printer", "-n", objects::SHOP];
        ground.kubectl(&[&printer[..], &wait].concat())?;
        std::fs::write(ground.grants(), objects::grants().to_string())?;
        // The first controller installs the definitions, and compiles the components.
        let mut first = Controller::start(&ground, "first")?;
        until("the definitions", || {
            first.alive(&ground)?;
            Ok(ground.get("/apis/cr.kanister.io/v1alpha1").is_some())
        })?;
        let store = ground.store().display().to_string();
        ground.apply(&objects::profile(&store))?;
        ground.apply(&objects::blueprint())?;
        first.end()?;
        Ok(ground)
    }

    /// Where the controllers' logs are: beside the cluster's, so that they are kept with them.
    pub fn logs(&self) -> PathBuf {
        self.config.path("log/faults")
    }

    /// The folder of the Profile.
    pub fn store(&self) -> PathBuf {
        self.config.path("faults")
    }

    /// What functions are granted.
    pub fn grants(&self) -> PathBuf {
        self.config.path("settings/grants.yaml")
    }

    /// A name that was not used before.
    pub fn name(&self, prefix: &str) -> String {
        let count = self.count.get() + 1;
        self.count.set(count);
        format!("{prefix}-{:x}-{count}", self.began)
    }

    /// Runs kubectl in the namespace of this suite.
    ///
    /// # Errors
    /// What it says.
    pub fn kubectl(&self, words: &[&str]) -> anyhow::Result<String> {
        output(&mut self.command(words))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = kubectl(self.config);
        command.args(["--namespace", NAMESPACE, "--request-timeout=300s"]);
        command.args(words);
        command
    }

    /// Creates or changes an object.
    ///
    /// # Errors
    /// If the API server refuses it.
    pub fn apply(&self, object: &Value) -> anyhow::Result<()> {
        let mut apply = kubectl(self.config);
        let mut child = apply
            .args(["apply", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(object.to_string().as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let why = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", why.trim());
        Ok(())
    }

    /// What is at a path of the API; none where it is not there, or the API does not answer.
    pub fn get(&self, path: &str) -> Option<Value> {
        let text = self.kubectl(&["get", "--raw", path]).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// An ActionSet.
    pub fn action_set(&self, name: &str) -> Option<Value> {
        let sets = "/apis/cr.kanister.io/v1alpha1/namespaces";
        self.get(&format!("{sets}/{NAMESPACE}/actionsets/{name}"))
    }

    /// What the application's pod prints. The kubelet may be on its way back still.
    ///
    /// # Errors
    /// If the command fails again and again.
    pub fn in_pod(&self, script: &str) -> anyhow::Result<String> {
        let start = Instant::now();
        loop {
            let printed = self.kubectl(&["exec", "app", "--", "sh", "-c", script]);
            if printed.is_ok() || start.elapsed() > RETURN {
                return printed;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// How often a line was left by a run.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn times(&self, word: &str, run: &str) -> anyhow::Result<usize> {
        let log = self.in_pod("touch /data/log; cat /data/log")?;
        let wanted = format!("{word}-{run}");
        Ok(log.lines().filter(|line| *line == wanted).count())
    }

    /// The helper pods that are there.
    pub fn helpers(&self) -> Option<Vec<String>> {
        let list = self.get(&format!("/api/v1/namespaces/{NAMESPACE}/pods"))?;
        let names = list.get("items")?.as_array()?.iter();
        let names = names.filter_map(|pod| pod.pointer("/metadata/name")?.as_str());
        let kept = ["app", "victim"];
        Some(
            names
                .filter(|it| !kept.contains(it))
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Asks until the answer is yes, starting controllers again that have ended.
    ///
    /// # Errors
    /// If it is not in time.
    pub fn wait(
        &self,
        controllers: &mut [&mut Controller],
        what: &str,
        mut probe: impl FnMut() -> bool,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        while !probe() {
            ensure!(start.elapsed() < END, "waited in vain for {what}");
            for controller in controllers.iter_mut() {
                controller.alive(self)?;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}
