//! `cargo xtask cli`: plays recorded invocations of the command line tools against ours.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::{build, command, workspace};

/// Where the recordings are, and the program that plays them.
const RECORDINGS: &str = "tests/cli-recordings";

/// The recordings, and cases of ours in the same form.
const FILES: [&str; 4] = [
    "kando.json",
    "kanctl.json",
    "further-kando.json",
    "further-kanctl.json",
];

/// How long the embedded cluster may take to start.
const START: Duration = Duration::from_secs(60);

#[derive(clap::Args)]
pub struct Cli {
    /// Files of recordings; those of `tests/cli-recordings` if none are given
    files: Vec<PathBuf>,
    /// Only the cases whose names this regular expression finds
    #[arg(long, default_value = "")]
    only: String,
    /// The program that answers as `kanctl`; built if not given
    #[arg(long)]
    kanctl: Option<PathBuf>,
    /// The program that answers as `kando`; built if not given
    #[arg(long)]
    kando: Option<PathBuf>,
    /// Play on the cluster of this kubeconfig; on an embedded one if not given
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: Option<PathBuf>,
    /// Manifests of the custom resources that are applied first; those of the product if not given
    #[arg(long)]
    crds: Option<PathBuf>,
    /// Also show what a differing case printed
    #[arg(long)]
    show: bool,
}

impl Cli {
    pub fn run(&self) -> anyhow::Result<()> {
        build::Build::default().run()?;
        let programs = workspace::target().join("release");
        let kanister = programs.join("kanister");
        let folder = workspace::root().join(RECORDINGS);
        let work = tempfile::tempdir()?;
        let crds = match &self.crds {
            Some(crds) => crds.clone(),
            None => manifests(&kanister, work.path())?,
        };
        let embedded = match &self.kubeconfig {
            Some(_) => None,
            None => Some(Embedded::start(&kanister, work.path())?),
        };
        let kubeconfig = embedded.as_ref().map(|cluster| &cluster.kubeconfig);
        let kubeconfig = kubeconfig.or(self.kubeconfig.as_ref());
        // The server that the cases need brings the Python that the player needs.
        let moto = test_tools::moto().map_err(anyhow::Error::msg)?;
        let mut player = Command::new(moto.with_file_name("python"));
        player.arg(folder.join("check_cli.py"));
        player.arg("--moto").arg(moto).arg("--crds").arg(crds);
        player.envs(kubeconfig.map(|file| ("KUBECONFIG", file)));
        match test_tools::azurite() {
            Ok(azurite) => player.arg("--azurite").arg(azurite),
            // The player counts the cases that it skips.
            Err(why) => {
                println!("{why}");
                player.args(["--azurite", "azurite-is-not-here"])
            }
        };
        for (flag, given) in [("kando", &self.kando), ("kanctl", &self.kanctl)] {
            let program = given.clone().unwrap_or_else(|| programs.join(flag));
            player.arg(format!("--{flag}")).arg(program);
        }
        player.args(["--only", &self.only]);
        player.args(self.show.then_some("-v"));
        match self.files.is_empty() {
            true => player.args(FILES.map(|file| folder.join(file))),
            false => player.args(&self.files),
        };
        let status = player.status().context("the player cannot be started")?;
        ensure!(status.success(), "some recordings are not met");
        Ok(())
    }
}

/// The custom resources as the product has them.
fn manifests(kanister: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    let output = Command::new(kanister).arg("crds").output();
    let output = output.with_context(|| kanister.display().to_string())?;
    ensure!(output.status.success(), "the manifests are not printed");
    let file = work.join("crds.yaml");
    std::fs::write(&file, output.stdout)?;
    Ok(file)
}

/// A cluster of the product's own, which ends with the value.
struct Embedded {
    kubeconfig: PathBuf,
    process: Child,
}

impl Embedded {
    fn start(kanister: &Path, work: &Path) -> anyhow::Result<Self> {
        let state = work.join("cluster");
        let mut command = Command::new(kanister);
        command.arg("devcluster").arg("--state").arg(&state);
        let line = command::line(&command);
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| line.clone())?;
        let mut cluster = Self {
            kubeconfig: state.join("kubeconfig"),
            process,
        };
        let begin = Instant::now();
        while !cluster.answers()? {
            if let Some(status) = cluster.process.try_wait()? {
                bail!("`{line}` ended: {status}");
            }
            ensure!(begin.elapsed() < START, "`{line}` does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(cluster)
    }

    fn answers(&self) -> anyhow::Result<bool> {
        let mut kubectl = Command::new("kubectl");
        kubectl.arg("--kubeconfig").arg(&self.kubeconfig);
        kubectl.args(["get", "namespaces", "--request-timeout", "5s"]);
        let output = kubectl
            .output()
            .context("kubectl, which the recordings need, cannot be started; install it")?;
        Ok(output.status.success())
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // It stops its pods before it ends; there are none here.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
