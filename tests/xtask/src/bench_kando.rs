//! `cargo xtask bench kando`: throughput and memory of kando against cp and sha256sum.

use anyhow::{Context, ensure};

use crate::{command, workspace};

#[derive(clap::Args)]
pub struct BenchKando {
    /// Handed on, e.g. `--mib 256 --moto`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl BenchKando {
    pub fn run(&self) -> anyhow::Result<()> {
        let mut build = command::cargo();
        build.args(["build", "--release", "-p", "kando", "-p", "kando-bench"]);
        let status = build.status().context("cargo cannot be started")?;
        ensure!(status.success(), "kando was not built");
        let programs = workspace::target().join("release");
        let mut bench = std::process::Command::new(programs.join("kando-bench"));
        bench.arg("--kando").arg(programs.join("kando"));
        bench.arg("--folder").arg(workspace::target());
        let status = bench.args(&self.arguments).status();
        ensure!(
            status.context("the bench cannot be started")?.success(),
            "the bench failed"
        );
        Ok(())
    }
}
