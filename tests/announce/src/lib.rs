//! How tasks call cargo.

use std::process::Command;

/// Takes away what cargo tells a program that it runs of itself. Build scripts look at these variables
/// (that of ring does), run again when they change, and with them half of the workspace is compiled
/// again whenever cargo is called now through a task and now by hand.
pub fn as_by_hand(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}
