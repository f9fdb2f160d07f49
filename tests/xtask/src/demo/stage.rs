//! An embedded cluster of the demo's own, and the commands that work on it.

use crate::{command, workspace};
use anyhow::{Context, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A cluster in a folder.
pub struct Stage {
    folder: PathBuf,
    kanister: PathBuf,
    cluster: Child,
}

impl Stage {
    /// Starts a cluster with nothing in it.
    pub fn start() -> anyhow::Result<Self> {
        let folder = workspace::target().join("demo");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let store = folder.join("store");
        fs::create_dir_all(&store)?;
        // Pods of a cluster that root starts run as somebody else.
        fs::set_permissions(&store, fs::Permissions::from_mode(0o1777))?;
        let kanister = workspace::target().join("release/kanister");
        let mut cluster = Command::new(&kanister)
            .arg("devcluster")
            .arg("--state")
            .arg(folder.join("state"))
            .arg("--allow-host-path")
            .arg(&store)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", kanister.display()))?;
        let output = cluster.stdout.take().context("the cluster has an output")?;
        let stage = Self {
            folder,
            kanister,
            cluster,
        };
        for line in BufReader::new(output).lines() {
            if line?.contains("KUBECONFIG") {
                return Ok(stage);
            }
        }
        bail!("the embedded cluster did not start; what it said is above")
    }

    /// Where everything of the demo is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store of backups.
    pub fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// The state directory of the cluster and of runs.
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// Writes a file of the demo.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Runs `kanister run` with these words, shown as somebody would type them.
    pub fn kanister_run(&self, words: &[String]) -> anyhow::Result<()> {
        let mut run = Command::new(&self.kanister);
        run.arg("run").arg("--state").arg(self.state()).args(words);
        run.current_dir(workspace::root());
        println!("$ {}\n", shown(&run));
        let status = run.status().context("cannot run kanister")?;
        anyhow::ensure!(status.success(), "the run failed; the demo ends here");
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The cluster ends with its standard signal, and its pods with it.
        let id = self.cluster.id().to_string();
        let _ = Command::new("kill").args(["-s", "TERM", &id]).status();
        let _ = self.cluster.wait();
    }
}

/// A command with paths as they are from the root of the checkout.
pub fn shown(command: &Command) -> String {
    let root = format!("{}/", workspace::root().display());
    command::line(command).replace(&root, "")
}
