//! The binary as somebody starts it.

use crate::stage::{action_set, blueprint};
use anyhow::{Context, ensure};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts of the binary; the first ones warm the caches.
const STARTS: usize = 5;

/// When the binary said something, and when it ended.
#[derive(Clone, Copy)]
pub struct Times {
    pub output: Duration,
    pub end: Duration,
}

/// Runs a no-op ActionSet several times, and answers with the last.
pub fn first_output(kanister: &Path) -> anyhow::Result<Times> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, value: serde_json::Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, value.to_string()).map(|()| path)
    };
    let blueprint = write("blueprint.json", blueprint("one", 1))?;
    let set = write("set.json", action_set("noop", "one"))?;
    let mut last = None;
    for number in 0..STARTS {
        let begun = Instant::now();
        let mut child = Command::new(kanister)
            .arg("run")
            .args([&blueprint, &set])
            .arg("--state")
            .arg(folder.path().join("state"))
            .args(["--name", &format!("noop-{number}")])
            .env("KANISTER_CACHE", folder.path().join("cache"))
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", kanister.display()))?;
        let mut output = child.stdout.take().context("it has an output")?;
        let mut byte = [0];
        output.read_exact(&mut byte).context("it says nothing")?;
        let said = begun.elapsed();
        let mut rest = String::new();
        output.read_to_string(&mut rest)?;
        let status = child.wait()?;
        ensure!(status.success(), "it failed: {rest}");
        last = Some(Times {
            output: said,
            end: begun.elapsed(),
        });
    }
    last.context("it was started")
}
