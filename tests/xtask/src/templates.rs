//! `cargo xtask templates FILE…`: runs recorded render cases.

use crate::command;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Templates {
    /// Files of render cases
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Templates {
    /// Prints each case that fails and at the end `N passed, N failed`. A program of its own
    /// does it, so that this one needs no template engine to be compiled.
    pub fn run(&self) -> anyhow::Result<()> {
        let files = self.files.iter().map(std::path::absolute);
        let files = files.collect::<Result<Vec<_>, _>>()?;
        let mut cases = command::cargo();
        cases
            .args(["run", "--quiet", "--release"])
            .args(["--package", "template-conformance"])
            .args(["--bin", "template-cases", "--"])
            .args(files);
        command::run(&mut cases)
    }
}
