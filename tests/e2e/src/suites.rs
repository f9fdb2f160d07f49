//! The suites that run on a cluster.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::config::{Config, NODE_ADDRESS};
use crate::logs;

/// A suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Suite {
    /// The cluster itself: pods, exec, logs, names, Services, tokens, restarts
    Smoke,
    /// What clients rely on in the API, as the embedded cluster has it too
    Conformance,
    /// The controller as a pod: rights, logs, an ActionSet; wants `cargo xtask kanister-static` first
    InCluster,
    /// A real PostgreSQL, backed up and restored by that controller
    Postgres,
    /// Recorded runs of upstream, played by our controller; wants `cargo xtask build` first
    Recordings,
    /// Parts of the cluster and controllers that fail in the middle of runs; wants `cargo xtask
    /// build` first
    Faults,
}

impl Suite {
    /// Those that need nothing but the cluster.
    pub const DEFAULT: [Self; 2] = [Self::Smoke, Self::Conformance];

    /// Whether it runs the controller as a pod.
    #[must_use]
    pub fn wants_kanister(self) -> bool {
        matches!(self, Self::InCluster | Self::Postgres)
    }

    /// Makes its program and says how to run it inside.
    ///
    /// # Errors
    /// If it does not compile.
    pub fn command(self, state: &Path, kanister: Option<&Path>) -> anyhow::Result<Vec<String>> {
        let own = |word: &str| {
            let program = std::env::current_exe()?.display().to_string();
            let state = state.display().to_string();
            anyhow::Ok(vec![program, "--state".into(), state, word.into()])
        };
        let product = |word: &str| {
            let kanister = kanister.context(
                "there is no static kanister for the controller's image; `cargo xtask \
                 kanister-static` makes it",
            )?;
            anyhow::Ok([own(word)?, vec![kanister.display().to_string()]].concat())
        };
        Ok(match self {
            Self::Smoke => own("smoke")?,
            Self::InCluster => product("in-cluster")?,
            Self::Postgres => {
                fetched()?;
                product("postgres")?
            }
            Self::Conformance => vec![compiled("kanister-conformance")?],
            Self::Recordings => {
                fetched()?;
                let kubeconfig = state.join("admin.conf").display().to_string();
                let mut command = vec![compiled("xtask")?];
                let words = ["runs", "--cluster", "real", "--store-host", NODE_ADDRESS];
                command.extend(words.map(str::to_owned));
                command.extend(["--kubeconfig".to_owned(), kubeconfig]);
                command
            }
            Self::Faults => {
                let text = |path: PathBuf| path.display().to_string();
                let kanister = PathBuf::from(compiled("kanister")?);
                let target = kanister.ancestors().nth(2).context("no target folder")?;
                let plugins = target.join("e2e/plugins");
                component("route", &plugins)?;
                let cache = target.join("test-tools/components");
                let mut command = vec![text(std::env::current_exe()?)];
                command.extend(["--state".into(), text(state.to_owned()), "faults".into()]);
                command.extend(["--kanister".into(), text(kanister.clone())]);
                command.extend(["--plugins".into(), text(plugins)]);
                command.extend(["--cache".into(), text(cache)]);
                command
            }
        })
    }
}

/// Fetches the S3 server: inside there is no network that it could be fetched from.
fn fetched() -> anyhow::Result<()> {
    let moto = test_tools::moto();
    moto.map(drop)
        .map_err(|why| anyhow::anyhow!("no S3 server: {why}"))
}

/// A function of these tests, as a component in a folder.
fn component(name: &str, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(name);
    let status = Command::new(compiled("xtask")?)
        .arg("component")
        .arg(tests)
        .arg("--out")
        .arg(folder.join(name).with_extension("wasm"))
        .status()?;
    ensure!(status.success(), "the component {name} cannot be made");
    Ok(())
}

/// A program of this workspace.
fn compiled(name: &str) -> anyhow::Result<String> {
    // With the features of the whole workspace, as the tests have compiled it.
    let status = Command::new("cargo")
        .args(["build", "--release", "--workspace", "--bin", name])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "{name} does not compile");
    let programs = std::env::current_exe()?;
    Ok(programs.with_file_name(name).display().to_string())
}

/// Runs a command inside, and collects the logs below the folder if it fails.
///
/// # Errors
/// If it fails; where the logs are.
pub fn run(config: &Config, command: &[String], failed: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let inside = |words: &[String]| {
        let mut inside = Command::new(&program);
        inside.arg("--state").arg(&config.state);
        inside.args(["exec", "--"]).args(words).status()
    };
    let status = inside(command)?;
    if status.success() {
        return Ok(());
    }
    let folder = logs::folder(failed);
    let text = |path: &Path| path.display().to_string();
    let words = [
        "--state".into(),
        text(&config.state),
        "logs".into(),
        text(&folder),
    ];
    inside(&[vec![text(&program)], words.to_vec()].concat())?;
    anyhow::bail!(
        "`{}` failed ({status}); logs and objects are in {}",
        command.join(" "),
        folder.display()
    )
}
