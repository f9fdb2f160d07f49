//! What comes from Debian.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

/// A file that a package brings, and why a cluster needs it.
struct Package {
    name: &'static str,
    /// Is there when it is installed.
    file: &'static str,
    purpose: &'static str,
}

const PACKAGES: [Package; 9] = [
    Package {
        name: "iproute2",
        file: "/sbin/ip",
        purpose: "sets up the node's network",
    },
    Package {
        name: "containerd",
        file: "/usr/bin/containerd",
        purpose: "runs containers",
    },
    Package {
        name: "runc",
        file: "/usr/sbin/runc",
        purpose: "starts containers",
    },
    Package {
        name: "etcd-server",
        file: "/usr/bin/etcd",
        purpose: "stores the cluster's objects",
    },
    Package {
        name: "containernetworking-plugins",
        file: "/usr/lib/cni/bridge",
        purpose: "connects pods",
    },
    Package {
        name: "nftables",
        file: "/usr/sbin/nft",
        purpose: "makes Services",
    },
    Package {
        name: "iptables",
        file: "/usr/sbin/iptables",
        purpose: "lets pods reach the node",
    },
    Package {
        name: "mmdebstrap",
        file: "/usr/bin/mmdebstrap",
        purpose: "makes the image of PostgreSQL",
    },
    Package {
        name: "busybox-static",
        file: "/bin/busybox",
        purpose: "is in the images",
    },
];

fn missing() -> Vec<&'static Package> {
    let absent = |package: &&Package| !Path::new(package.file).exists();
    PACKAGES.iter().filter(absent).collect()
}

/// Fails unless everything is there.
///
/// # Errors
/// What is missing, what for, and how to get it.
pub fn check() -> anyhow::Result<()> {
    let missing = missing();
    let list: Vec<String> = missing
        .iter()
        .map(|package| {
            let Package {
                name,
                file,
                purpose,
            } = package;
            format!("{name} ({file}), which {purpose}")
        })
        .collect();
    ensure!(
        list.is_empty(),
        "missing: {}. `cargo xtask e2e --install` installs all of it on Debian, as root",
        list.join("; ")
    );
    Ok(())
}

/// Installs what is missing.
///
/// # Errors
/// If this is no Debian, not root, or the packages cannot be had.
pub fn install() -> anyhow::Result<()> {
    let missing = missing();
    if missing.is_empty() {
        println!("all packages are there");
        return Ok(());
    }
    ensure!(
        nix::unistd::geteuid().is_root(),
        "installing packages needs root"
    );
    apt(&["update", "--quiet=2"])?;
    let names = missing.iter().map(|package| package.name);
    let words = ["install", "--yes", "--quiet=2", "--no-install-recommends"];
    apt(&words.into_iter().chain(names).collect::<Vec<_>>())?;
    check()
}

fn apt(words: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("cannot run apt-get; packages are installed on Debian only")?;
    ensure!(status.success(), "`apt-get {}` failed", words.join(" "));
    Ok(())
}
