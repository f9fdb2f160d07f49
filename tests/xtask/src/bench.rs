//! `cargo xtask bench WHAT`: figures of this machine, as it is now.

use crate::{command, workspace};
use std::path::PathBuf;
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
    /// The embedded cluster storing ActionSets, with `--kubeconfig FILE` beside a real one
    Devcluster,
    /// The controller on the embedded cluster: ActionSets a second, writes, memory
    Controller,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<()> {
        let program = match self.what {
            What::Kando => return self.kando(),
            What::Controller => return crate::runs::bench(&self.args),
            What::Run => "bench-run",
            What::Host => "bench-host",
            What::Storage => "bench-storage",
            What::Template => "template-bench",
            What::Devcluster => "kanister-bench-devcluster",
        };
        let [program] = built([program])?;
        let mut bench = Command::new(program);
        command::run(bench.args(&self.args).current_dir(workspace::root()))
    }

    /// Two programs: the one that is measured and the one that measures.
    fn kando(&self) -> anyhow::Result<()> {
        let [kando, measure] = built(["kando", "kando-bench"])?;
        let mut bench = Command::new(measure);
        bench.arg("--kando").arg(kando);
        bench.arg("--folder").arg(workspace::target());
        command::run(bench.args(&self.args))
    }
}

/// Builds programs with the features that everything else has, so that dependencies are compiled
/// once, and says where they are.
fn built<const N: usize>(programs: [&str; N]) -> anyhow::Result<[PathBuf; N]> {
    let mut build = command::cargo();
    build.args(["build", "--quiet", "--release", "--workspace"]);
    for program in programs {
        build.args(["--bin", program]);
    }
    command::run(&mut build)?;
    Ok(programs.map(|program| workspace::target().join("release").join(program)))
}
