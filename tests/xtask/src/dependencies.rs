//! What is in the dependency tree: licences, origins and known vulnerabilities, as `deny.toml` says.

use crate::{command, test, workspace};
use std::path::PathBuf;
use std::process::Command;

const TOOL: &str = "cargo-deny";
const VERSION: &str = "0.20.2";

/// Checks the tree with cargo-deny. Where that is missing it is installed if nothing may be skipped,
/// else this says that nothing was checked.
pub fn check() -> anyhow::Result<()> {
    let Some(tool) = tool()? else {
        println!(
            "skipped: {TOOL} is not installed, so licences, origins and known vulnerabilities of \
             dependencies were not checked; `cargo install {TOOL} --locked` installs it"
        );
        return Ok(());
    };
    let deny = || {
        let mut deny = Command::new(&tool);
        deny.current_dir(workspace::root()).arg("deny");
        deny
    };
    command::run(deny().args(["check", "licenses", "bans", "sources"]))?;
    let fetched = deny().args(["fetch", "db"]).output()?;
    if fetched.status.success() {
        return command::run(deny().args(["check", "advisories"]));
    }
    let said = String::from_utf8_lossy(&fetched.stderr);
    println!(
        "skipped: known vulnerabilities of dependencies were not checked, since their list cannot \
         be fetched: {}",
        said.lines().next().unwrap_or_default()
    );
    Ok(())
}

/// Where the tool is.
fn tool() -> anyhow::Result<Option<PathBuf>> {
    let own = workspace::target().join("tools");
    let installed = own.join("bin").join(TOOL);
    for candidate in [PathBuf::from(TOOL), installed.clone()] {
        if Command::new(&candidate).arg("--version").output().is_ok() {
            return Ok(Some(candidate));
        }
    }
    if std::env::var_os(test::NO_SKIP).is_none() {
        return Ok(None);
    }
    println!("installing {TOOL} {VERSION} into {}", own.display());
    let mut install = command::cargo();
    install.args(["install", TOOL, "--version", VERSION, "--locked", "--quiet"]);
    install.arg("--root").arg(&own);
    command::run(install.env("CARGO_TARGET_DIR", own.join("build")))?;
    Ok(Some(installed))
}
