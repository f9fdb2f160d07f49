//! `cargo xtask e2e`: a real Kubernetes for tests.

use crate::{command, workspace};
use std::process::Command;

#[derive(clap::Args)]
pub struct E2e {
    /// Handed on, e.g. `--install`, `up`, `exec kubectl get pods`, `test`, `down`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

impl E2e {
    pub fn run(&self) -> anyhow::Result<()> {
        let status = program()?.args(&self.args).status()?;
        // It has said why; a command inside has its own exit code.
        std::process::exit(status.code().unwrap_or(1))
    }
}

/// What does it: a program of its own, so that this one stays quick to compile.
pub fn program() -> anyhow::Result<Command> {
    let mut build = command::cargo();
    // With the whole workspace selected, so that dependencies have the features that they
    // have in tests, and are compiled once.
    build.args([
        "build",
        "--quiet",
        "--release",
        "--workspace",
        "--bin",
        "e2e",
    ]);
    command::run(&mut build)?;
    let mut e2e = Command::new(workspace::target().join("release/e2e"));
    // It compiles some suites.
    command::as_by_hand(&mut e2e);
    e2e.arg("--folder").arg(workspace::target().join("e2e"));
    Ok(e2e)
}
