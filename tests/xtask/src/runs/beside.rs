//! Programs in Python that start and kill controllers themselves, beside an embedded cluster.

use super::cluster::Cluster;
use super::{python, recordings};
use crate::workspace;
use anyhow::{Context as _, ensure};
use std::process::Command;

/// Runs a program of `tests/runs` with a new embedded cluster. Nothing, with a line that says so,
/// where there is no Python for it.
pub fn run(script: &str, arguments: &[String]) -> anyhow::Result<()> {
    let Some(python) = python() else {
        println!("0 passed, 0 failed, 1 skipped");
        return Ok(());
    };
    let binary = workspace::target().join("release/kanister");
    ensure!(
        binary.exists(),
        "{} is not there; `cargo xtask build` makes it",
        binary.display()
    );
    let folder = tempfile::tempdir()?;
    let cluster = Cluster::embedded(&binary, folder.path())?;
    let mut program = Command::new(python);
    program
        .arg(recordings().join(script))
        .arg("--kanister")
        .arg(&binary)
        .arg("--folder")
        .arg(folder.path())
        .arg("--cache")
        .arg(workspace::target().join("test-tools/components"))
        .args(arguments)
        .env("KUBECONFIG", cluster.kubeconfig())
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let status = program
        .status()
        .with_context(|| format!("{script} cannot be started"))?;
    if !status.success() {
        let kept = folder.keep();
        anyhow::bail!("{script} failed; the logs are in {}", kept.display());
    }
    Ok(())
}
