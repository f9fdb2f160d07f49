//! From nothing to a cluster, and back to nothing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::config::Config;
use crate::namespaces::{self, First};
use crate::{certificates, cgroups, kubeconfig, settings};

/// Starts a cluster. What fails half-way is left for a look at its logs, until `down`.
///
/// # Errors
/// What is missing, or did not start.
pub fn up(config: &Config) -> anyhow::Result<()> {
    ensure!(
        nix::unistd::geteuid().is_root(),
        "a cluster needs root: it makes namespaces and runs containers"
    );
    config.claim()?;
    certificates::write(config)?;
    kubeconfig::write(config)?;
    settings::write(config)?;
    cgroups::create(&config.cgroup())?;
    // Each of these enters namespaces for good, and so is a process of its own.
    let program = std::env::current_exe()?;
    let state = &config.state.display().to_string();
    let boot = [&program.display().to_string(), "--state", state, "boot"];
    for words in [
        ["create"].as_slice(),
        &[["exec", "--"].as_slice(), &boot].concat(),
    ] {
        let mut myself = Command::new(&program);
        let status = myself.args(["--state", state]).args(words).status()?;
        ensure!(status.success(), "the cluster did not start");
    }
    println!(
        "the cluster is up; its files are in {}, for tools that know no certificates {}",
        config.state.display(),
        config.text("token.conf")
    );
    Ok(())
}

/// Makes the namespaces.
///
/// # Errors
/// If this machine does not allow it.
pub fn create(config: &Config) -> anyhow::Result<()> {
    let state = config.state.display().to_string();
    namespaces::create(config, &["--state".into(), state, "first".into()])
}

/// Ends a cluster, also one that was interrupted, and removes everything of it.
///
/// # Errors
/// If something cannot be ended or removed.
pub fn down(state: &Path) -> anyhow::Result<()> {
    let removed = state.with_extension("removed");
    remove(&removed)?;
    if !Config::exists(state) {
        println!("there is no cluster in {}", state.display());
        return Ok(());
    }
    if let Some(first) = First::find(state) {
        first.end()?;
    }
    // The cgroup's name depends on the directory alone, so that also a half-written file will do.
    let config = Config::of(state);
    cgroups::remove(&config.cgroup())?;
    // One step, so that nobody takes half of a directory for a cluster.
    std::fs::rename(state, &removed).with_context(|| state.display().to_string())?;
    remove(&removed)
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
