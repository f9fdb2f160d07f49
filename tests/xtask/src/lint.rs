//! `cargo xtask lint`: everything that looks at the sources without running them.

use crate::{bindings, command, dependencies, layers, merges};

type Check = fn() -> anyhow::Result<()>;

#[derive(clap::Args)]
pub struct Lint {}

impl Lint {
    pub fn run(&self) -> anyhow::Result<()> {
        let Self {} = self;
        let checks: [(&str, Check); 6] = [
            ("format", format),
            ("merges", merges::check),
            ("layers", layers::check),
            ("bindings", bindings::check),
            ("dependencies", dependencies::check),
            ("clippy", clippy),
        ];
        let mut failed = Vec::new();
        for (name, check) in checks {
            println!("{name} …");
            if let Err(error) = check() {
                eprintln!("{error:#}");
                failed.push(name);
            }
        }
        anyhow::ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        println!("all is well");
        Ok(())
    }
}

fn format() -> anyhow::Result<()> {
    command::run(command::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> anyhow::Result<()> {
    let lint = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--release",
        "--",
        "-D",
        "warnings",
    ];
    command::run(command::cargo().args(lint))
}
