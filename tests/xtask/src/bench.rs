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
    /// The controller on a real Kubernetes, beside a raw writer; with `--fsync` etcd waits for the
    /// disk
    Kubernetes,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<()> {
        let program = match self.what {
            What::Kando => return self.kando(),
            What::Controller => return crate::runs::bench(&self.args),
            What::Kubernetes => return self.kubernetes(),
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

    /// Inside of a cluster of its own, which is ended afterwards.
    fn kubernetes(&self) -> anyhow::Result<()> {
        let [kanister, measure, e2e] = built(["kanister", "kanister-bench-kubernetes", "e2e"])?;
        let target = workspace::target();
        let (fsync, args): (Vec<_>, Vec<_>) = self.args.iter().partition(|it| *it == "--fsync");
        let mut bench = Command::new(e2e);
        bench.arg("--folder").arg(target.join("e2e"));
        bench.args(["--cluster", "bench", "test"]).args(fsync);
        bench.arg("--").arg(measure);
        bench.arg("--kanister").arg(kanister);
        bench
            .arg("--cache")
            .arg(target.join("test-tools/components"));
        command::run(bench.args(args))
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
