//! What a cluster is made of: its directory, its addresses and its choices.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The node's own address, on the loopback interface of the cluster's network namespace.
pub const NODE_ADDRESS: &str = "10.77.0.1";
/// The node's name.
pub const NODE_NAME: &str = "node";
/// Where Services get their addresses.
pub const SERVICE_RANGE: &str = "10.78.0.0/24";
/// The address of the Service `kubernetes`, the first of the range.
pub const API_SERVICE: &str = "10.78.0.1";
/// The address of the cluster's name server.
pub const DNS_SERVICE: &str = "10.78.0.10";
/// Where pods get their addresses.
pub const POD_RANGE: &str = "10.79.0.0/24";
/// Where the API server listens.
pub const API_PORT: u16 = 6443;
/// Where etcd listens.
pub const ETCD_PORT: u16 = 2379;
/// Where containerd listens. A short path: sockets' paths are limited, and `/run` is the
/// cluster's own.
pub const CONTAINERD_SOCKET: &str = "/run/e2e/containerd.sock";

/// The choices and the directory of one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Everything that the cluster writes lies below it.
    pub state: PathBuf,
    /// The directories of the programs that were built.
    pub programs: Vec<PathBuf>,
    /// Archives of images that the node knows.
    pub images: Vec<PathBuf>,
    /// Whether etcd waits for the disk at each write.
    pub fsync: bool,
}

impl Config {
    /// A cluster in this directory that knows nothing yet.
    #[must_use]
    pub fn of(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
            programs: Vec::new(),
            images: Vec::new(),
            fsync: false,
        }
    }

    /// The cluster of this directory.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(state: &Path) -> anyhow::Result<Self> {
        let file = state.join(FILE);
        ensure!(
            file.exists(),
            "there is no cluster in {}; `cargo xtask e2e up` starts one",
            state.display()
        );
        let text = std::fs::read(&file).with_context(|| file.display().to_string())?;
        serde_json::from_slice(&text).with_context(|| file.display().to_string())
    }

    /// Claims the directory for this cluster.
    ///
    /// # Errors
    /// If there is a cluster already, or the directory cannot be made.
    pub fn claim(&self) -> anyhow::Result<()> {
        let file = self.state.join(FILE);
        for folder in FOLDERS {
            let folder = self.state.join(folder);
            std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        let claimed = std::fs::File::create_new(&file).with_context(|| {
            format!(
                "{} exists: the cluster is up, or was interrupted; `cargo xtask e2e down` removes it",
                file.display()
            )
        })?;
        serde_json::to_writer_pretty(claimed, self).with_context(|| file.display().to_string())
    }

    /// Whether this directory belongs to a cluster.
    #[must_use]
    pub fn exists(state: &Path) -> bool {
        state.join(FILE).exists()
    }

    /// A path below the cluster's directory.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// The same as text, for command lines and settings.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The cgroup of its pods: two kubelets with one cgroup delete each other's pods.
    #[must_use]
    pub fn cgroup(&self) -> String {
        let digest = Sha256::digest(self.state.as_os_str().as_encoded_bytes());
        let digits: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        format!("kanister-e2e-{digits}")
    }

    /// The value of `PATH` for commands inside.
    #[must_use]
    pub fn search_path(&self) -> std::ffi::OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
        let folders = self.programs.iter().cloned();
        let folders = folders.chain(std::env::split_paths(&old)).chain(system);
        // A folder with a colon in its name cannot be in PATH at all.
        std::env::join_paths(folders).unwrap_or(old)
    }
}

const FILE: &str = "cluster.json";
const FOLDERS: [&str; 9] = [
    "certificates",
    "cni",
    "containerd",
    "etcd",
    "kubelet",
    "log/pods",
    "run",
    "settings",
    "var",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_one_cluster() {
        let folder = tempfile::tempdir().unwrap();
        let first = Config::of(&folder.path().join("a"));
        assert!(!Config::exists(&first.state));
        assert!(Config::read(&first.state).is_err());
        first.claim().unwrap();
        assert_eq!(Config::read(&first.state).unwrap(), first);
        let error = format!("{:#}", first.claim().unwrap_err());
        assert!(error.contains("e2e down"), "{error}");
    }

    #[test]
    fn clusters_have_cgroups_of_their_own() {
        let [a, b] = ["/a", "/b"].map(|state| Config::of(Path::new(state)).cgroup());
        assert_ne!(a, b);
        assert_eq!(a, Config::of(Path::new("/a")).cgroup());
    }
}
