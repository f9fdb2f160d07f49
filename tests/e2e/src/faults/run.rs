//! One ActionSet from its creation to its end, and what must hold then.

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::controller::Controller;
use super::ground::{Ground, NAMESPACE};
use super::objects;
use super::transitions::Transitions;
use crate::boot::kubectl;

/// An ActionSet of this suite.
pub struct Run<'a> {
    ground: &'a Ground<'a>,
    pub name: String,
    /// The commands that leave a line, each at most once.
    words: &'static [&'static str],
}

/// How it ended.
pub enum End {
    Complete,
    Failed(String),
}

impl<'a> Run<'a> {
    /// Creates one that backs up.
    ///
    /// # Errors
    /// If the API server refuses it.
    pub fn backup(ground: &'a Ground<'a>) -> anyhow::Result<Self> {
        Self::create(ground, "backup", &[], &["one", "store", "last"])
    }

    /// Creates one whose only phase is a command that takes a minute.
    ///
    /// # Errors
    /// If the API server refuses it.
    pub fn command(ground: &'a Ground<'a>, pod: &str, seconds: u32) -> anyhow::Result<Self> {
        let seconds = seconds.to_string();
        let options = [("seconds", seconds.as_str()), ("pod", pod)];
        Self::create(ground, "command", &options, &["slow", "awake", "last"])
    }

    /// Creates one whose only phase is a helper pod that takes a minute.
    ///
    /// # Errors
    /// If the API server refuses it.
    pub fn task(ground: &'a Ground<'a>, seconds: u32) -> anyhow::Result<Self> {
        let seconds = seconds.to_string();
        Self::create(ground, "task", &[("seconds", &seconds)], &["last"])
    }

    /// Creates one that stores what a command prints.
    ///
    /// # Errors
    /// If the API server refuses it.
    pub fn stream(ground: &'a Ground<'a>) -> anyhow::Result<Self> {
        Self::create(ground, "stream", &[], &[])
    }

    fn create(
        ground: &'a Ground<'a>,
        action: &str,
        options: &[(&str, &str)],
        words: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let name = ground.name(action);
        ground.apply(&objects::action_set(&name, action, options))?;
        Ok(Self {
            ground,
            name,
            words,
        })
    }

    /// Its transitions from now on.
    ///
    /// # Errors
    /// If they cannot be followed.
    pub fn transitions(&self) -> anyhow::Result<Transitions> {
        let mut watch = kubectl(self.ground.config);
        watch.args(["--namespace", NAMESPACE, "get", "actionset", &self.name]);
        watch.args(["--watch", "--output=json"]);
        Transitions::follow(watch)
    }

    /// Waits until its only phase runs: the helper pod, or the command, is there.
    ///
    /// # Errors
    /// If it does not come to that.
    pub fn under_way(&self, controller: &mut Controller) -> anyhow::Result<()> {
        let ground = self.ground;
        ground.wait(&mut [controller], "the phase to begin", || {
            if self.words.contains(&"slow") {
                return ground
                    .times("slow", &self.name)
                    .is_ok_and(|times| times > 0);
            }
            let pods = ground.get(&format!("/api/v1/namespaces/{NAMESPACE}/pods"));
            let pods = pods.and_then(|list| list.get("items").cloned());
            let runs = |pod: &Value| {
                let name = pod.pointer("/metadata/name").and_then(Value::as_str);
                let phase = pod.pointer("/status/phase").and_then(Value::as_str);
                phase == Some("Running") && !matches!(name, Some("app" | "victim"))
            };
            pods.and_then(|pods| Some(pods.as_array()?.iter().any(runs)))
                .unwrap_or(false)
        })
    }

    /// Waits until it has ended, and looks at what it left.
    ///
    /// # Errors
    /// If it is stuck, did something twice, left something behind, or failed without a reason.
    pub fn end(&self, controllers: &mut [&mut Controller]) -> anyhow::Result<End> {
        let (ground, name) = (self.ground, &self.name);
        let mut found = Value::Null;
        ground.wait(controllers, &format!("the end of {name}"), || {
            found = ground.action_set(name).unwrap_or_default();
            text(&found, "/status/run/finishedAt").is_some()
                && found.pointer("/metadata/finalizers").is_none()
        })?;
        self.nothing_is_left(
            controllers,
            text(&found, "/metadata/uid").unwrap_or_default(),
        )?;
        let state = text(&found, "/status/state").unwrap_or_default().to_owned();
        for word in self.words {
            let times = ground.times(word, name)?;
            ensure!(times <= 1, "{name}: {word} ran {times} times");
            ensure!(
                times == 1 || state != "complete",
                "{name} is complete, and {word} did not run"
            );
        }
        match state.as_str() {
            "complete" => Ok(End::Complete),
            "failed" => {
                let why = text(&found, "/status/error/message").unwrap_or_default();
                ensure!(!why.is_empty(), "{name} failed without a reason");
                Ok(End::Failed(why.to_owned()))
            }
            other => bail!("{name} has ended as {other:?}"),
        }
    }

    /// Waits until its helper pods and its notes are gone.
    ///
    /// # Errors
    /// If something stays.
    pub fn nothing_is_left(
        &self,
        controllers: &mut [&mut Controller],
        uid: &str,
    ) -> anyhow::Result<()> {
        let ground = self.ground;
        ground.wait(controllers, "the helper pods to go", || {
            ground.helpers().is_some_and(|pods| pods.is_empty())
        })?;
        let path = format!("/api/v1/namespaces/{NAMESPACE}/configmaps");
        ground.wait(controllers, "the notes to go", || {
            let list = ground.get(&path);
            let items = list.as_ref().and_then(|list| list.get("items")?.as_array());
            let notes = format!("run-{uid}");
            items.is_some_and(|items| {
                items
                    .iter()
                    .all(|it| text(it, "/metadata/name") != Some(&notes))
            })
        })
    }

    /// Destroys the application's data, restores it from this backup and compares.
    ///
    /// # Errors
    /// If it is not what it was.
    pub fn restore(&self, controllers: &mut [&mut Controller]) -> anyhow::Result<()> {
        let ground = self.ground;
        let found = ground
            .action_set(&self.name)
            .context("the backup is gone")?;
        let artifacts = found.pointer("/status/actions/0/artifacts");
        let artifacts = artifacts.context("the backup left nothing")?;
        let before = ground.in_pod("md5sum < /data/content")?;
        ground.in_pod("echo destroyed > /data/content")?;
        let name = ground.name("restore");
        let mut set = objects::action_set(&name, "restore", &[]);
        if let Some(action) = set
            .pointer_mut("/spec/actions/0")
            .and_then(Value::as_object_mut)
        {
            action.insert("artifacts".to_owned(), artifacts.clone());
        }
        ground.apply(&set)?;
        let restore = Run {
            ground,
            name,
            words: &[],
        };
        if let End::Failed(why) = restore.end(controllers)? {
            bail!("the restore failed: {why}");
        }
        let after = ground.in_pod("md5sum < /data/content")?;
        ensure!(before == after, "the restore gives other data back");
        Ok(())
    }
}

/// Backs up new data and restores it: after every fault.
///
/// # Errors
/// If the data does not come back.
pub fn round_trip<'a>(
    ground: &'a Ground<'a>,
    controllers: &mut [&mut Controller],
) -> anyhow::Result<()> {
    ground.in_pod("head -c 3000 /dev/urandom > /data/content")?;
    let backup = Run::backup(ground)?;
    match backup.end(controllers)? {
        End::Complete => backup.restore(controllers),
        End::Failed(why) => bail!("the backup after the fault failed: {why}"),
    }
}

/// A text at a place of an object.
pub fn text<'a>(object: &'a Value, place: &str) -> Option<&'a str> {
    object.pointer(place).and_then(Value::as_str)
}
