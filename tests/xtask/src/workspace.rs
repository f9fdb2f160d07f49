//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where cargo puts what it builds: `CARGO_TARGET_DIR`, else `target`.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The packages of the contract, each after those it uses.
pub const WIT_PACKAGES: [&str; 8] = [
    "io", "host", "kube", "storage", "secrets", "http", "template", "function",
];

/// The text of the contract as one resolved set of packages, with its world `all`.
pub fn contract() -> anyhow::Result<(wit_parser::Resolve, wit_parser::WorldId)> {
    let mut resolve = wit_parser::Resolve::default();
    let mut last = None;
    for package in WIT_PACKAGES {
        let (id, _) = resolve.push_dir(root().join("wit").join(package))?;
        last = Some(id);
    }
    let function = last.ok_or_else(|| anyhow::anyhow!("the contract has no packages"))?;
    let world = resolve.select_world(&[function], Some("all"))?;
    Ok((resolve, world))
}

/// The files of the contract.
pub fn wit_files() -> impl Iterator<Item = PathBuf> {
    let wit = root().join("wit");
    WIT_PACKAGES
        .into_iter()
        .map(move |package| wit.join(package).join(format!("{package}.wit")))
}

/// The contract as one folder that other tools read: the package `function`, with those that
/// it uses in `deps`.
pub fn write_wit_folder(folder: &Path) -> anyhow::Result<()> {
    for (package, file) in WIT_PACKAGES.into_iter().zip(wit_files()) {
        let to = match package {
            "function" => folder.to_owned(),
            other => folder.join("deps").join(other),
        };
        std::fs::create_dir_all(&to)?;
        std::fs::copy(&file, to.join(format!("{package}.wit")))?;
    }
    Ok(())
}
