//! `cargo xtask demo --functions`: functions as components, with no cluster.

use crate::{command, workspace};
use anyhow::Context;
use std::path::Path;
use std::process::Command;

/// Shows it.
pub fn run() -> anyhow::Result<()> {
    let target = workspace::target();
    let kanister = target.join("release/kanister");
    let hello = target.join("demo/hello.wasm");
    let folder = hello.parent().context("the demo has a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;

    step("1. A function is a WebAssembly component. This makes one of ten lines of Rust:");
    show(
        Command::new(&kanister)
            .args(["plugin", "build", "sdk/rust/examples/hello"])
            .arg("--out")
            .arg(&hello),
    )?;

    step("2. What it is, and all that it could ever ask for:");
    show(
        Command::new(&kanister)
            .args(["plugin", "inspect"])
            .arg(&hello),
    )?;

    step("3. It runs in a sandbox of its own:");
    show(
        Command::new(&kanister)
            .args(["plugin", "run"])
            .arg(&hello)
            .args(["--arg", "name=world"]),
    )?;

    step("4. The functions that are built in are components too:");
    show(Command::new(&kanister).args(["plugin", "list"]))?;

    step("5. What one of them would be allowed to do for exactly these arguments:");
    show(Command::new(&kanister).args([
        "plugin",
        "run",
        "KubeExec",
        "--dry-run",
        "--arg",
        "namespace=shop",
        "--arg",
        "pod=db-0",
        "--arg",
        "command=[\"pg_dump\", \"shop\"]",
    ]))?;

    step("6. The same component as a stranger's file: nothing is granted, so nothing happens:");
    let exec = target.join("components/exec.wasm");
    let copy = folder.join("stranger.wasm");
    strangers(&exec, &copy)?;
    refused(
        Command::new(&kanister)
            .args(["plugin", "run"])
            .arg(&copy)
            .args([
                "KubeExec",
                "--arg",
                "namespace=shop",
                "--arg",
                "pod=db-0",
                "--arg",
                "command=[\"pg_dump\", \"shop\"]",
            ]),
    )?;
    println!("\nThat is the demo. More: {} --help", kanister.display());
    Ok(())
}

/// The same component with another digest, so that the grants of the built-in one do not hold.
fn strangers(component: &Path, copy: &Path) -> anyhow::Result<()> {
    let mut bytes =
        std::fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    // An empty custom section with the name "x".
    bytes.extend_from_slice(&[0, 2, 1, b'x']);
    std::fs::write(copy, bytes).with_context(|| format!("cannot write {}", copy.display()))
}

fn step(text: &str) {
    println!("\n{text}");
}

fn told(command: &mut Command) -> anyhow::Result<bool> {
    command.current_dir(workspace::root());
    println!("$ {}", command::line(command));
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", command::line(command)))?;
    Ok(status.success())
}

fn show(command: &mut Command) -> anyhow::Result<()> {
    anyhow::ensure!(told(command)?, "the demo failed at this step");
    Ok(())
}

fn refused(command: &mut Command) -> anyhow::Result<()> {
    anyhow::ensure!(
        !told(command)?,
        "a stranger's component ran without a grant"
    );
    Ok(())
}
