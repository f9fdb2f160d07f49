//! `cargo xtask build`: the components of the built-in functions, then the binary that holds
//! them.

use crate::{command, components, workspace};
use anyhow::Context;
use std::path::Path;
use std::process::Command;

/// The other names of the binary, each a face of its own.
const LINKS: [&str; 2] = ["kanctl", "kando"];

/// Tells the build script of the binary where the components are.
pub const COMPONENTS: &str = "KANISTER_COMPONENTS";

#[derive(Default, clap::Args)]
pub struct Build {
    /// Handed on to cargo, e.g. `-- --features x`
    #[arg(last = true)]
    cargo: Vec<String>,
}

impl Build {
    pub fn run(&self) -> anyhow::Result<()> {
        println!(
            "This compiles the built-in functions for WebAssembly and then the binary that \
             holds them.\nThe first time that takes about five minutes on two cores; later, \
             what has changed."
        );
        let folder = components::build_all()?;
        let mut build = binary();
        build.args(&self.cargo).env(COMPONENTS, &folder);
        command::run(&mut build)?;
        let binary = workspace::target().join("release/kanister");
        for link in LINKS {
            make_link(&binary, link)?;
        }
        println!("{} (and {})", binary.display(), LINKS.join(", "));
        Ok(())
    }
}

/// Cargo, building the binary.
pub fn binary() -> Command {
    let mut build = command::cargo();
    // With the whole workspace selected, so that dependencies have the features that they have in
    // tests, and are compiled once.
    build.args(["build", "--release", "--workspace", "--bin", "kanister"]);
    build
}

/// Makes `name` beside the binary another name of it.
fn make_link(binary: &Path, name: &str) -> anyhow::Result<()> {
    let link = binary.with_file_name(name);
    let failed = || format!("cannot make the link {}", link.display());
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(&link).with_context(failed)?;
    }
    let target = binary.file_name().with_context(failed)?;
    std::os::unix::fs::symlink(target, &link).with_context(failed)
}
