//! `cargo xtask cli`: plays recorded invocations of the command line tools against ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::{command, workspace};

/// Where the recordings are, and the program that plays them.
const RECORDINGS: &str = "tests/cli-recordings";

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
    /// Manifests of the custom resources, applied to the cluster of KUBECONFIG first
    #[arg(long)]
    crds: Option<PathBuf>,
}

impl Cli {
    pub fn run(&self) -> anyhow::Result<()> {
        let folder = workspace::root().join(RECORDINGS);
        // The server that the cases need brings the Python that the player needs.
        let moto = test_tools::moto().map_err(anyhow::Error::msg)?;
        let python = moto.with_file_name("python");
        let mut player = Command::new(python);
        player
            .arg(folder.join("check_cli.py"))
            .arg("--moto")
            .arg(moto);
        match test_tools::azurite() {
            Ok(azurite) => player.arg("--azurite").arg(azurite),
            // The player counts the cases that it skips.
            Err(why) => {
                println!("{why}");
                player.args(["--azurite", "azurite-is-not-here"])
            }
        };
        let given = |program: &Option<PathBuf>, build: &[&str], made: &str| match program {
            Some(program) => Ok(program.clone()),
            None => built(build, made),
        };
        let kando = given(&self.kando, &["-p", "kando"], "kando")?;
        let example = ["-p", "kanctl", "--example", "kanctl"];
        let kanctl = given(&self.kanctl, &example, "examples/kanctl")?;
        player.arg("--kando").arg(kando).arg("--kanctl").arg(kanctl);
        if let Some(crds) = &self.crds {
            player.arg("--crds").arg(crds);
        }
        player.args(["--only", &self.only]);
        match self.files.is_empty() {
            true => player.args(["kando.json", "kanctl.json"].map(|file| folder.join(file))),
            false => player.args(&self.files),
        };
        let status = player.status().context("the player cannot be started")?;
        ensure!(status.success(), "some recordings are not met");
        Ok(())
    }
}

/// Builds a program and says where it is.
fn built(arguments: &[&str], made: &str) -> anyhow::Result<PathBuf> {
    let mut build = command::cargo();
    build.args(["build", "--release"]).args(arguments);
    let status = build.status().context("cargo cannot be started")?;
    ensure!(status.success(), "{made} was not built");
    Ok(Path::new(&workspace::target()).join("release").join(made))
}
