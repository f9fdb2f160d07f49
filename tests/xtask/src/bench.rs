//! `cargo xtask bench WHAT`: figures of this machine, as it is now.

use crate::command;

#[derive(clap::Args)]
pub struct Bench {
    /// What to measure
    #[arg(value_enum)]
    what: What,

    /// Handed on to the benchmark
    #[arg(last = true)]
    args: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Calls of functions: instantiate and run, load, memory, many at a time
    Host,
    /// Parsing and rendering of templates, beside Go's where a Go toolchain is
    Template,
}

impl Bench {
    pub fn run(&self) -> anyhow::Result<()> {
        let (package, program) = match self.what {
            What::Host => ("bench-host", "bench-host"),
            What::Template => ("template-bench", "template-bench"),
        };
        let mut bench = command::cargo();
        bench
            .args([
                "run",
                "--quiet",
                "--release",
                "--package",
                package,
                "--bin",
                program,
                "--",
            ])
            .args(&self.args);
        command::run(&mut bench)
    }
}
