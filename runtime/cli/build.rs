//! Lists the components of the built-in functions for the binary to embed.
//!
//! `cargo xtask build` makes them and says in `KANISTER_COMPONENTS` where they are. Nothing is
//! compiled for WebAssembly here; without a folder the list is empty and the binary has no
//! built-in functions.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const FOLDER: &str = "KANISTER_COMPONENTS";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let mut list = String::from("&[\n");
    for file in components()? {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let path = file.to_string_lossy();
        writeln!(list, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    list.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    std::fs::write(Path::new(&out).join("components.rs"), list)?;
    Ok(())
}

/// The components, sorted by name.
fn components() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let Some(folder) = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()) else {
        return Ok(Vec::new());
    };
    let folder = PathBuf::from(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path().canonicalize()?;
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
