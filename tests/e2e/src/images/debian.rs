//! Root file systems made of Debian packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// A minimal Debian with this package, as a tar; kept in the folder for the next time.
///
/// # Errors
/// If mmdebstrap is missing or fails, e.g. without a network.
pub fn root(folder: &Path, package: &str) -> anyhow::Result<PathBuf> {
    let release = release()?;
    let path = folder.join(format!("{package}-{release}-root.tar"));
    if path.exists() {
        return Ok(path);
    }
    println!("making an image of {package} with mmdebstrap, about half a minute …");
    let new = folder.join(format!("{package}-{}.new.tar", std::process::id()));
    let output = Command::new("mmdebstrap")
        .args(["--quiet", "--variant=essential"])
        .arg(format!("--include={package}"))
        .arg(&release)
        .arg(&new)
        .stdin(Stdio::null())
        .output()
        .context("cannot run mmdebstrap; `cargo xtask e2e --install` installs it")?;
    ensure!(
        output.status.success(),
        "mmdebstrap failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    std::fs::rename(&new, &path)?;
    Ok(path)
}

/// The release of this machine, whose keys are here to check the packages.
fn release() -> anyhow::Result<String> {
    let text = std::fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(name
        .context("this is no Debian: /etc/os-release has no VERSION_CODENAME")?
        .to_owned())
}
