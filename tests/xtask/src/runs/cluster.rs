//! The cluster that cases are played on.

use super::images;
use super::program::Program;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long the embedded cluster may take to start.
const START: Duration = Duration::from_secs(60);

/// Where volumes of the cases are on the node.
const HOST_PATH: &str = "/tmp/kanister-cases";

/// A cluster, for as long as this value lives.
pub struct Cluster {
    kubeconfig: PathBuf,
    _program: Option<Program>,
}

impl Cluster {
    /// The embedded cluster, with its state in `folder`.
    pub fn embedded(binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let images = folder.join("images");
        images::make(&images, binary)?;
        let state = folder.join("cluster");
        let log = folder.join("cluster.log");
        let mut command = Command::new(binary);
        command.arg("devcluster").arg("--state").arg(&state);
        command.arg("--images").arg(&images);
        // The volumes of some cases are there; pods write to them as an ordinary user. What an earlier
        // run left would be taken for what this one wrote.
        if Path::new(HOST_PATH).exists() {
            std::fs::remove_dir_all(HOST_PATH)?;
        }
        std::fs::create_dir_all(HOST_PATH)?;
        std::fs::set_permissions(HOST_PATH, Permissions::from_mode(0o777))?;
        command.args(["--allow-host-path", HOST_PATH]);
        let mut program = Program::start("the embedded cluster", command, &log)?;
        program.says(&log, "export KUBECONFIG=", START)?;
        Ok(Self {
            kubeconfig: state.join("kubeconfig"),
            _program: Some(program),
        })
    }

    /// A cluster that is there.
    pub fn real(kubeconfig: PathBuf) -> Self {
        Self {
            kubeconfig,
            _program: None,
        }
    }

    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }
}
