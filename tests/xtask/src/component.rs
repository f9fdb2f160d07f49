//! `cargo xtask component DIR`: a component of one crate of the workspace.

use crate::components;
use kanister_plugin::Permission;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Component {
    /// The folder of the crate
    dir: PathBuf,
    /// Where to write the component
    #[arg(long)]
    out: PathBuf,
}

impl Component {
    pub fn run(&self) -> anyhow::Result<()> {
        let built = components::build_crate(&self.dir)?;
        components::write_if_changed(&self.out, &built.bytes)?;
        println!("{}: {} bytes", self.out.display(), built.bytes.len());
        for permission in built.component.permissions() {
            let Permission {
                import, meaning, ..
            } = permission;
            println!(
                "  {} {meaning}: {}",
                import.name,
                import.functions.join(", ")
            );
        }
        Ok(())
    }
}
