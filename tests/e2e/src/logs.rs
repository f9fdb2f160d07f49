//! What a failed test leaves for a look.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use crate::boot::kubectl;
use crate::config::Config;

/// Copies all logs and asks the API for what it knows. Runs inside of the namespaces.
///
/// # Errors
/// If nothing can be written; a cluster that does not answer is no error.
pub fn collect(config: &Config, folder: &Path) -> anyhow::Result<()> {
    copy(&config.path("log"), folder).with_context(|| folder.display().to_string())?;
    for (file, words) in [
        ("events.txt", ["get", "events", "--sort-by=.lastTimestamp"]),
        ("pods.yaml", ["get", "pods,nodes", "--output=yaml"]),
        ("pods.txt", ["describe", "pods", ""]),
        (
            "actionsets.yaml",
            ["get", "actionsets.cr.kanister.io", "--output=yaml"],
        ),
    ] {
        let output = File::create(folder.join(file))?;
        kubectl(config)
            .args(words.iter().filter(|word| !word.is_empty()))
            .args(["--all-namespaces", "--request-timeout=10s"])
            .stderr(output.try_clone()?)
            .stdout(output)
            .status()?;
    }
    Ok(())
}

/// Copies the logs of a cluster that did not start, and adds to the error where they are.
#[must_use]
pub fn keep(state: &Path, failed: &Path, error: anyhow::Error) -> anyhow::Error {
    let (log, folder) = (state.join("log"), folder(failed));
    match log.exists().then(|| copy(&log, &folder)) {
        Some(Ok(())) => error.context(format!("its logs are kept in {}", folder.display())),
        _ => error,
    }
}

/// A new folder's path for what failed now.
#[must_use]
pub fn folder(failed: &Path) -> PathBuf {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    failed.join(since.unwrap_or_default().as_millis().to_string())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        // A pod that goes away meanwhile takes its log along.
        match entry.file_type()? {
            kind if kind.is_dir() => copy(&entry.path(), &target)?,
            kind if kind.is_file() => drop(fs::copy(entry.path(), target)),
            _ => {}
        }
    }
    Ok(())
}
