//! `cargo xtask kanister-static`: the whole binary as one file that needs nothing of the image it is
//! in, for that of the controller.
//!
//! It is what `cargo xtask build` compiles, linked once more with the C library inside: its standard
//! library knows both ways. Another target would compile everything once more, half an hour on two
//! cores.

use crate::{build, command, kando_static, workspace};
use anyhow::{Context, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The library that holds everything but `main`.
const LIBRARY: &str = "kanister_cli";

#[derive(clap::Args)]
pub struct KanisterStatic {}

impl KanisterStatic {
    pub fn run(&self) -> anyhow::Result<()> {
        build::Build::default().run()?;
        let folder = workspace::target().join("kanister-static");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let program = folder.join(format!("kanister-linux-{}", processor()));
        link(&library()?, &program)?;
        let size = kando_static::ensure_static(&program)?;
        try_out(&program)?;
        println!("{}: {size} bytes, run here", program.display());
        Ok(())
    }
}

/// The name that container images have for this machine's processor.
fn processor() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The library, which is compiled already, so that cargo only says where it is.
fn library() -> anyhow::Result<PathBuf> {
    let output = build::binary()
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo failed");
    let text = String::from_utf8(output.stdout)?;
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files = messages
        .filter(|message| message.pointer("/target/name").and_then(Value::as_str) == Some(LIBRARY))
        .filter_map(|message| message.get("filenames").and_then(Value::as_array).cloned())
        .flatten();
    let mut libraries = files.filter_map(|file| Some(PathBuf::from(file.as_str()?)));
    libraries
        .find(|file| file.extension().is_some_and(|it| it == "rlib"))
        .with_context(|| format!("cargo does not say where {LIBRARY} is"))
}

fn link(library: &Path, program: &Path) -> anyhow::Result<()> {
    let dependencies = library.parent().context("a library is in a folder")?;
    let joined = |name: &str, path: &Path| format!("{name}={}", path.display());
    // Under another name until it is whole: clusters may be reading the one before.
    let new = program.with_extension("new");
    let mut rustc = Command::new("rustc");
    rustc
        .current_dir(workspace::root())
        .args([
            "--crate-name",
            "kanister",
            "--crate-type",
            "bin",
            "--edition",
            "2024",
        ])
        .arg("runtime/cli/src/main.rs")
        .args(["-C", "target-feature=+crt-static", "-C", "strip=symbols"])
        .args(["-C", "opt-level=2"])
        .args(["--extern", &joined(LIBRARY, library)])
        .args(["-L", &joined("dependency", dependencies)])
        .arg("-o")
        .arg(&new);
    command::run(&mut rustc).context(
        "kanister cannot be linked without a dynamic linker; the C library for that (libc.a) is in \
         libc6-dev (Debian) or glibc-static (Fedora)",
    )?;
    fs::rename(&new, program).with_context(|| program.display().to_string())
}

/// Runs the program with an empty environment: it has the built-in functions and compiles them.
fn try_out(program: &Path) -> anyhow::Result<()> {
    let mut list = Command::new(program);
    list.args(["plugin", "list", "--cache", "none"]).env_clear();
    let output = list
        .output()
        .with_context(|| program.display().to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && text.contains("KubeExec"),
        "{} does not list its functions: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
