//! `cargo xtask templates FILE…`: runs recorded render cases.

use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// The files of cases.
#[derive(Args)]
pub struct Templates {
    /// Files of render cases
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Templates {
    /// Runs all cases; prints each that fails and at the end `N passed, N failed`.
    ///
    /// # Errors
    /// If a case fails or a file cannot be read.
    pub fn run(&self) -> Result<()> {
        if template_conformance::run(&self.files)? {
            return Ok(());
        }
        bail!("some cases differ from what was recorded")
    }
}
