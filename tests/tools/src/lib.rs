//! Servers that tests run against, fetched through the ordinary clients of their registries into a
//! folder below `target/`, once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

const MOTO: &str = "5.2.5";
const AZURITE: &str = "3.35.0";

/// A tool, or why it is not here.
pub type Tool = std::result::Result<PathBuf, String>;

/// The folder that tools are fetched into.
///
/// # Errors
/// The folder cannot be made.
pub fn folder() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    );
    let folder = target.join("test-tools");
    fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    Ok(fs::canonicalize(folder)?)
}

/// The program `moto_server`: an S3 server in memory, and the Python (with PyYAML) beside it.
///
/// # Errors
/// The reason for people if Python is missing or the packages cannot be fetched.
pub fn moto() -> Tool {
    let program = fetch("moto", MOTO, |at| {
        run(Command::new("python3").args(["-m", "venv"]).arg(at))?;
        let server = format!("moto[server]=={MOTO}");
        run(Command::new(at.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args([server.as_str(), "PyYAML"]))
    });
    program
        .map(|at| at.join("bin/moto_server"))
        .map_err(|e| format!("moto: {e:#}"))
}

/// The program `azurite-blob`: an Azure Blob server.
///
/// # Errors
/// The reason for people if Node is missing or the package cannot be fetched.
pub fn azurite() -> Tool {
    let program = fetch("azurite", AZURITE, |at| {
        fs::create_dir_all(at)?;
        fs::write(at.join("package.json"), "{\"private\":true}")?;
        let package = format!("azurite@{AZURITE}");
        let arguments = ["install", "--silent", "--no-audit", "--no-fund"];
        run(Command::new("npm")
            .args(arguments)
            .arg(package)
            .current_dir(at))
    });
    program
        .map(|at| at.join("node_modules/.bin/azurite-blob"))
        .map_err(|e| format!("azurite: {e:#}"))
}

/// Makes the folder `name-version` with `make` unless it is there already. Two processes at once wait
/// for each other; an interrupted one leaves no mark and is repeated.
fn fetch(name: &str, version: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = folder()?;
    let lock = File::create(folder.join(format!("{name}.lock")))?;
    lock.lock()?;
    let at = folder.join(format!("{name}-{version}"));
    let done = at.join(".complete");
    if !done.exists() {
        if at.exists() {
            fs::remove_dir_all(&at)?;
        }
        make(&at)?;
        File::create(done)?;
    }
    Ok(at)
}

fn run(command: &mut Command) -> Result<()> {
    let what = format!("{:?}", command.get_program());
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{what} cannot be started; install it"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{what} failed: {}", text.trim());
    Ok(())
}
