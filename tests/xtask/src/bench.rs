//! `cargo xtask bench WHAT`: figures of this machine, as it is now.

use crate::{command, workspace};
use std::process::Command;

#[derive(clap::Args)]
pub struct Bench {
    /// What to measure
    #[arg(value_enum)]
    what: What,

    /// Handed on to the benchmark
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Calls of functions: instantiate and run, load, memory, many at a time
    Host,
    /// Parsing and rendering of templates, beside Go's where a Go toolchain is
    Template,
    /// The embedded cluster storing ActionSets, or with `--kubeconfig FILE` a real one
    Devcluster,
    /// kando's throughput and memory, beside cp and sha256sum
    Kando,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<()> {
        let package = match self.what {
            What::Host => "bench-host",
            What::Template => "template-bench",
            What::Devcluster => "kanister-bench-devcluster",
            What::Kando => return self.kando(),
        };
        let mut bench = command::cargo();
        bench.args(["run", "--quiet", "--release", "--package", package]);
        bench.args(["--bin", package, "--"]).args(&self.args);
        command::run(&mut bench)
    }

    /// Measures the program itself, which has to be built first.
    fn kando(&self) -> anyhow::Result<()> {
        let mut build = command::cargo();
        build.args(["build", "--release", "-p", "kando", "-p", "kando-bench"]);
        command::run(&mut build)?;
        let programs = workspace::target().join("release");
        let mut bench = Command::new(programs.join("kando-bench"));
        bench.arg("--kando").arg(programs.join("kando"));
        bench.arg("--folder").arg(workspace::target());
        command::run(bench.args(&self.args))
    }
}
