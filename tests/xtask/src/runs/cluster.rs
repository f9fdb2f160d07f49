//! The cluster that cases are played on.

use super::images;
use super::program::Program;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long the embedded cluster may take to start.
const START: Duration = Duration::from_secs(60);

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
