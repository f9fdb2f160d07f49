//! `cargo xtask runs`: plays recorded runs of upstream against our controller.

mod beside;
mod cluster;
mod images;
mod program;

use crate::kanister_static::KanisterStatic;
use crate::{command, e2e, test, workspace};
use anyhow::{Context as _, ensure};
use cluster::Cluster;
use program::Program;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where the recordings are, and the programs that play and judge them.
const RECORDINGS: &str = "tests/runs";

/// How long a controller may take until it is ready for its first start: components are compiled.
const START: Duration = Duration::from_secs(180);

#[derive(clap::Args)]
pub struct Runs {
    /// Folders of cases; those of `tests/runs/cases` if none are given
    folders: Vec<PathBuf>,
    /// Only cases whose names match; may be repeated
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Which cluster
    #[arg(long, value_enum, default_value = "embedded")]
    cluster: Which,
    /// The kubeconfig of a real cluster, whose node has the images [default: one is started for
    /// these cases, as `cargo xtask e2e` does, and ended]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The address at which pods and controllers reach the store, on a real cluster
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    store_host: String,
    /// Cases that are played at once, each by a controller of its own
    #[arg(long, value_name = "NUMBER", default_value_t = 4)]
    workers: u8,
    /// The program; `target/release/kanister` if not given
    #[arg(long, value_name = "FILE")]
    kanister: Option<PathBuf>,
    /// Writes what was seen of this case to `tests/runs/ours`; may be repeated
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Where logs and what was seen are kept
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// Kills controllers at phase borders and inside phases.
#[derive(clap::Args)]
pub struct Faults {
    /// Handed on, e.g. `--runs 200 --seed 7`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Faults {
    pub fn run(&self) -> anyhow::Result<()> {
        beside::run("faults.py", &self.arguments)
    }
}

/// The figures of a controller on the embedded cluster.
pub fn bench(arguments: &[String]) -> anyhow::Result<()> {
    beside::run("bench.py", arguments)
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    Embedded,
    Real,
}

impl Which {
    fn word(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Real => "real",
        }
    }
}

impl Runs {
    pub fn run(&self) -> anyhow::Result<()> {
        if self.cluster == Which::Real && self.kubeconfig.is_none() {
            return self.on_a_new_cluster();
        }
        let Some(python) = python() else {
            ensure!(
                std::env::var_os(test::NO_SKIP).is_none(),
                "{} is set",
                test::NO_SKIP
            );
            println!("0 passed, 0 failed, 1 skipped");
            return Ok(());
        };
        let binary = match &self.kanister {
            Some(file) => std::path::absolute(file)?,
            None => workspace::target().join("release/kanister"),
        };
        ensure!(
            binary.exists(),
            "{} is not there; `cargo xtask build` makes it",
            binary.display()
        );
        let temporary = tempfile::tempdir()?;
        let folder = match &self.keep {
            Some(folder) => std::path::absolute(folder)?,
            None => temporary.path().to_owned(),
        };
        std::fs::create_dir_all(folder.join("observed"))?;
        let cluster = match (self.cluster, &self.kubeconfig) {
            (Which::Embedded, _) => Cluster::embedded(&binary, &folder)?,
            (Which::Real, kubeconfig) => {
                let file = kubeconfig
                    .clone()
                    .context("a real cluster needs --kubeconfig")?;
                Cluster::real(std::path::absolute(file)?)
            }
        };
        let store = self.store(&python, &folder)?;
        let suffixes: Vec<String> = (1..=self.workers.max(1))
            .map(|it| format!("w{it}"))
            .collect();
        let mut namespaces = Command::new(&python);
        namespaces.arg(recordings().join("namespaces.py"));
        namespaces.args(suffixes.iter().map(|suffix| format!("kanister-{suffix}")));
        namespaces.env("KUBECONFIG", cluster.kubeconfig());
        namespaces.env("PYTHONDONTWRITEBYTECODE", "1");
        command::run(&mut namespaces)?;
        let _controllers = suffixes
            .iter()
            .map(|suffix| controller(&binary, &cluster, suffix, &folder))
            .collect::<anyhow::Result<Vec<_>>>()?;
        self.play(&python, &cluster, &store, &suffixes, &folder)?;
        self.judge(&python, &folder)
    }

    /// Starts a real cluster, runs this program inside, and ends the cluster.
    fn on_a_new_cluster(&self) -> anyhow::Result<()> {
        // It is kando of the pods, and the controller.
        KanisterStatic {}.run()?;
        let mut e2e = e2e::program()?;
        // Not the cluster that somebody may have brought up by hand.
        e2e.args(["--cluster", "recordings", "test"]);
        e2e.args(["--suite", "recordings", "--"]);
        e2e.args(&self.folders);
        e2e.args(["--workers", &self.workers.to_string()]);
        for (option, values) in [("--only", &self.only), ("--accept", &self.accept)] {
            e2e.args(values.iter().flat_map(|value| [option, value]));
        }
        for (option, file) in [("--kanister", &self.kanister), ("--keep", &self.keep)] {
            if let Some(file) = file {
                e2e.arg(option).arg(file);
            }
        }
        command::run(&mut e2e)
    }

    fn folders(&self) -> Vec<PathBuf> {
        match self.folders.as_slice() {
            [] => vec![recordings().join("cases")],
            folders => folders.to_vec(),
        }
    }

    fn store(&self, python: &Path, folder: &Path) -> anyhow::Result<Store> {
        let (plain, tls) = (free_port()?, free_port()?);
        let mut command = Command::new(python);
        command
            .arg(recordings().join("store.py"))
            .args(["--host", &self.store_host])
            .args(["--port", &plain.to_string(), "--tls-port", &tls.to_string()]);
        let program = Program::start("the store", command, &folder.join("store.log"))?;
        Ok(Store {
            _program: program,
            plain: format!("http://{}:{plain}", self.store_host),
            tls: format!("https://{}:{tls}", self.store_host),
        })
    }

    /// Plays the cases. What differs is judged afterwards.
    fn play(
        &self,
        python: &Path,
        cluster: &Cluster,
        store: &Store,
        suffixes: &[String],
        folder: &Path,
    ) -> anyhow::Result<()> {
        let mut player = Command::new(python);
        player.arg(recordings().join("run_case.py")).arg("check");
        player.args(self.folders());
        player.arg("--out").arg(folder.join("observed"));
        for suffix in suffixes {
            player.args(["--suffix", suffix]);
        }
        for glob in &self.only {
            player.args(["--only", glob]);
        }
        player
            .env("KUBECONFIG", cluster.kubeconfig())
            .env("STORE", &store.plain)
            .env("STORE_TLS", &store.tls)
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let log = folder.join("play.log");
        let program = Program::start("the player", player, &log)?;
        program.follow(&log, |line| {
            ["pass ", "FAIL ", "ERROR ", "skipped"]
                .iter()
                .any(|word| line.starts_with(word))
        })
    }

    fn judge(&self, python: &Path, folder: &Path) -> anyhow::Result<()> {
        let mut judge = Command::new(python);
        judge.arg(recordings().join("judge.py"));
        judge.arg("--cases").args(self.folders());
        judge.arg("--observed").arg(folder.join("observed"));
        judge.arg("--ours").arg(recordings().join("ours"));
        judge
            .arg("--exceptions")
            .arg(recordings().join("exceptions.json"));
        judge.args(["--cluster", self.cluster.word()]);
        for name in &self.accept {
            judge.args(["--accept", name]);
        }
        for glob in &self.only {
            judge.args(["--only", glob]);
        }
        judge.env("PYTHONDONTWRITEBYTECODE", "1");
        let status = judge.status().context("the judge cannot be started")?;
        ensure!(status.success(), "some recordings are not met");
        Ok(())
    }
}

/// The S3 store that some cases use.
struct Store {
    _program: Program,
    plain: String,
    tls: String,
}

fn recordings() -> PathBuf {
    workspace::root().join(RECORDINGS)
}

/// The Python with what the player needs; none where it cannot be had, which is said.
fn python() -> Option<PathBuf> {
    match test_tools::moto() {
        Ok(moto) => Some(moto.with_file_name("python")),
        Err(why) => {
            println!("the recorded runs are not played: {why}");
            None
        }
    }
}

fn controller(
    binary: &Path,
    cluster: &Cluster,
    suffix: &str,
    folder: &Path,
) -> anyhow::Result<Program> {
    let log = folder.join(format!("controller-{suffix}.log"));
    let mut command = Command::new(binary);
    command
        .args(["controller", "--listen", "127.0.0.1:0"])
        .arg("--kubeconfig")
        .arg(cluster.kubeconfig())
        .arg("--cache")
        .arg(workspace::target().join("test-tools/components"))
        .env("POD_NAMESPACE", format!("kanister-{suffix}"))
        .env("POD_SERVICE_ACCOUNT", "default")
        .env("KANISTER_TOOLS", "test.local/busybox:1")
        .env_remove("RUST_LOG");
    let mut program = Program::start("a controller", command, &log)?;
    program.says(&log, "running ActionSets", START)?;
    Ok(program)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
