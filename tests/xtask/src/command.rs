//! Running other programs.

use anyhow::Context;
use std::process::Command;

/// Runs a command to its end; what it prints is shown.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = line(command);
    let status = command
        .status()
        .with_context(|| format!("cannot run `{line}`"))?;
    anyhow::ensure!(status.success(), "`{line}` failed");
    Ok(())
}

/// Cargo, in the root of the checkout.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(crate::workspace::root());
    as_by_hand(&mut command);
    command
}

/// Takes away what `cargo xtask` tells this program of itself. Build scripts look at these variables
/// (that of ring does), run again when they change, and with them half of the workspace is compiled
/// again whenever cargo is called now through this program and now by hand.
pub fn as_by_hand(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
}

/// The command as somebody would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
