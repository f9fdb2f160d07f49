//! What suites ask of the API: kubectl, and ActionSets that are run to their end.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::boot::{kubectl, output};
use crate::config::Config;
use crate::wait::until;

/// How long kubectl waits for something on a machine that has other work too.
const PATIENCE: &str = "--timeout=300s";

/// The cluster as its administrator sees it.
pub struct Client {
    config: Config,
}

impl Client {
    /// Inside of the cluster's namespaces.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
        }
    }

    /// The cluster's choices.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// kubectl with these words, which hold no blanks, in a namespace.
    #[must_use]
    pub fn command(&self, namespace: &str, words: &str) -> Command {
        let mut command = kubectl(&self.config);
        command
            .args(["--namespace", namespace])
            .args(words.split(' '));
        command
    }

    /// Runs kubectl and gives what it prints.
    ///
    /// # Errors
    /// If it fails, with what it said.
    pub fn kubectl(&self, namespace: &str, words: &str) -> anyhow::Result<String> {
        output(&mut self.command(namespace, words))
    }

    /// Waits until a condition holds, e.g. `pod/a --for=condition=Ready`.
    ///
    /// # Errors
    /// If it does not within minutes.
    pub fn wait(&self, namespace: &str, what: &str) -> anyhow::Result<()> {
        self.kubectl(namespace, &format!("wait {what} {PATIENCE}"))?;
        Ok(())
    }

    /// Waits until a workload, e.g. `deployment/a`, has its pods.
    ///
    /// # Errors
    /// If it does not within minutes.
    pub fn rolled_out(&self, namespace: &str, workload: &str) -> anyhow::Result<()> {
        self.kubectl(namespace, &format!("rollout status {workload} {PATIENCE}"))?;
        Ok(())
    }

    /// An object.
    ///
    /// # Errors
    /// If there is none.
    pub fn object(&self, namespace: &str, what: &str) -> anyhow::Result<Value> {
        let text = self.kubectl(namespace, &format!("get {what} --output=json"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Creates or updates objects.
    ///
    /// # Errors
    /// If one is refused.
    pub fn apply(&self, namespace: &str, objects: &str) -> anyhow::Result<()> {
        self.send(namespace, "apply --filename=-", objects)
    }

    /// kubectl with this input.
    fn send(&self, namespace: &str, words: &str, input: &str) -> anyhow::Result<()> {
        let mut child = self
            .command(namespace, words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut pipe = child.stdin.take().context("no input")?;
        pipe.write_all(input.as_bytes())?;
        drop(pipe);
        let output = child.wait_with_output()?;
        ensure!(
            output.status.success(),
            "kubectl {words}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }

    /// Creates a namespace and waits for the account that its pods need.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn namespace(&self, name: &str) -> anyhow::Result<()> {
        self.kubectl("default", &format!("create namespace {name}"))?;
        until("the namespace's service account", || {
            let account = self.kubectl(name, "get serviceaccount default");
            Ok(account.is_ok())
        })
    }

    /// Creates an ActionSet and waits for its end.
    ///
    /// # Errors
    /// If it does not complete; why, as its status says.
    pub fn run(&self, namespace: &str, name: &str, action: &Value) -> anyhow::Result<Value> {
        let set = serde_json::json!({
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"actions": [action]},
        });
        self.send(namespace, "create --filename=-", &set.to_string())?;
        let mut last = Value::Null;
        let waited = until(&format!("the ActionSet {name}"), || {
            last = self.object(namespace, &format!("actionset/{name}"))?;
            let state = last.pointer("/status/state").and_then(Value::as_str);
            Ok(matches!(state, Some("complete" | "failed")))
        });
        let status = last.pointer("/status").unwrap_or(&Value::Null);
        waited.with_context(|| format!("{name} is {status}"))?;
        if status.get("state") == Some(&"failed".into()) {
            let message = status.pointer("/error/message").and_then(Value::as_str);
            bail!(
                "the ActionSet {name} failed: {}",
                message.unwrap_or_default()
            );
        }
        Ok(last)
    }
}
