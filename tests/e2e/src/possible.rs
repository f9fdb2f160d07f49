//! Whether this machine can have a cluster at all.

use std::path::Path;
use std::process::Command;

use crate::boot::output;
use crate::{cgroups, packages};

/// Why this machine cannot have a cluster, whatever is installed; nothing if it can.
#[must_use]
pub fn obstacle() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("it needs root: it makes namespaces and runs containers".to_owned());
    }
    if packages::check().is_err() && !Path::new("/usr/bin/apt-get").exists() {
        return Some("packages are missing, and they are installed on Debian only".to_owned());
    }
    if let Err(error) = output(Command::new("go").arg("version")) {
        return Some(format!("Kubernetes is built with Go: {error:#}"));
    }
    // A container without the right to has a root that is none.
    let words = [
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--mount-proc",
        "true",
    ];
    if let Err(error) = output(Command::new("unshare").args(words)) {
        return Some(format!("namespaces cannot be made: {error:#}"));
    }
    let group = format!("kanister-e2e-probe-{}", std::process::id());
    let made = cgroups::create(&group);
    let made = made.and_then(|()| cgroups::remove(&group));
    let error = made.err()?;
    Some(format!("cgroups cannot be made: {error:#}"))
}
