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
    /// ActionSets: how many per second, time per phase, memory, time to the first output
    Run,
    /// Pushing and pulling with kando, beside cp, sha256sum and plain clients
    Kando,
    /// Calls of functions: instantiate and run, load, memory, many at a time
    Host,
    /// Bytes between commands and stores, which do not enter the function
    Storage,
    /// Parsing and rendering of templates, beside Go's where a Go toolchain is
    Template,
    /// The embedded cluster storing ActionSets, or with `--kubeconfig FILE` a real one
    Devcluster,
    /// The controller on the embedded cluster: ActionSets a second, writes, memory
    Controller,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<()> {
        let (package, program) = match self.what {
            What::Kando => return self.kando(),
            What::Run => ("bench-run", "bench-run"),
            What::Controller => return crate::runs::bench(&self.args),
            What::Host => ("bench-host", "bench-host"),
            What::Storage => ("slot-tests", "bench-storage"),
            What::Template => ("template-bench", "template-bench"),
            What::Devcluster => ("kanister-bench-devcluster", "kanister-bench-devcluster"),
        };
        let mut bench = command::cargo();
        bench.args(["run", "--quiet", "--release", "--package", package]);
        bench.args(["--bin", program, "--"]).args(&self.args);
        command::run(&mut bench)
    }

    /// Two programs: the one that is measured and the one that measures.
    fn kando(&self) -> anyhow::Result<()> {
        let mut build = command::cargo();
        command::run(build.args(["build", "--release", "-p", "kando", "-p", "kando-bench"]))?;
        let programs = workspace::target().join("release");
        let mut bench = Command::new(programs.join("kando-bench"));
        bench.arg("--kando").arg(programs.join("kando"));
        bench.arg("--folder").arg(workspace::target());
        command::run(bench.args(&self.args))
    }
}
