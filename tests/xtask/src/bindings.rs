//! `cargo xtask bindings`: the Rust bindings of the SDK, generated from `wit/` and committed,
//! so that a plugin compiles no generator.

use crate::workspace;
use anyhow::Context;
use wit_bindgen_core::{Files, WorldGenerator};

const FILE: &str = "sdk/rust/src/bindings.rs";

#[derive(clap::Args)]
pub struct Bindings {
    /// Write nothing; fail when the committed bindings are not those of `wit/`
    #[arg(long)]
    check: bool,
}

impl Bindings {
    pub fn run(&self) -> anyhow::Result<()> {
        if self.check {
            check()?;
            println!("{FILE} is what wit/ says");
            return Ok(());
        }
        let path = workspace::root().join(FILE);
        std::fs::write(&path, generate()?).with_context(|| format!("cannot write {FILE}"))?;
        println!("wrote {FILE}");
        Ok(())
    }
}

/// Fails when the committed bindings are not those of `wit/`.
pub fn check() -> anyhow::Result<()> {
    let path = workspace::root().join(FILE);
    let committed =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
    anyhow::ensure!(
        committed == generate()?,
        "{FILE} is not what wit/ says; run `cargo xtask bindings` and commit the file"
    );
    Ok(())
}

/// The bindings of the world `all` as a library: a plugin links only the imports it calls.
fn generate() -> anyhow::Result<String> {
    let (mut resolve, world) = workspace::contract()?;
    let options = wit_bindgen_rust::Opts {
        format: false,
        generate_all: true,
        pub_export_macro: true,
        export_macro_name: Some("export".to_owned()),
        default_bindings_module: Some("kanister_sdk::bindings".to_owned()),
        additional_derive_attributes: vec!["PartialEq".to_owned()],
        generate_unused_types: true,
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    let (_, text) = files.iter().next().context("the generator made no file")?;
    Ok(String::from_utf8(text.to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_bindings_are_those_of_the_contract() {
        check().unwrap();
    }
}
