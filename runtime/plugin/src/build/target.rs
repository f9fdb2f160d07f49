//! The Rust target for WebAssembly.

use super::error::{BuildError, CommandError};
use super::{Progress, cargo};
use std::path::Path;
use std::process::Command;

/// What plugins are compiled for: WebAssembly without WASI.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target to the toolchain that cargo uses in `dir`, unless it is there.
pub fn ensure(dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), BuildError> {
    if is_installed(dir)? {
        return Ok(());
    }
    let Ok(active) = cargo::output(
        Command::new("rustup")
            .args(["show", "active-toolchain"])
            .current_dir(dir),
    ) else {
        let hint = format!(
            "there is no rustup that could add it. With rustup, run `rustup target add {TARGET}`; \
             with the packages of a distribution, install its Rust standard library for \
             WebAssembly (Debian: libstd-rust-dev-wasm32)"
        );
        return Err(BuildError::NoTarget { hint });
    };
    let toolchain = active
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    progress(Progress::AddingTarget {
        toolchain: toolchain.clone(),
    });
    let add = ["target", "add", TARGET, "--toolchain", &toolchain];
    cargo::output(Command::new("rustup").args(add).current_dir(dir)).map_err(|error| {
        BuildError::NoTarget {
            hint: format!(
                "run `rustup target add {TARGET} --toolchain {toolchain}` yourself; {error}"
            ),
        }
    })?;
    if is_installed(dir)? {
        return Ok(());
    }
    // rustup added it to its toolchain, and cargo uses another compiler.
    let hint = format!(
        "rustup added it to {toolchain}, but the compiler in use is another; \
         look at RUSTC and at build.rustc in cargo's configuration"
    );
    Err(BuildError::NoTarget { hint })
}

/// Whether the compiler has a standard library for the target.
fn is_installed(dir: &Path) -> Result<bool, CommandError> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let print = ["--print", "target-libdir", "--target", TARGET];
    let libraries = cargo::output(Command::new(rustc).args(print).current_dir(dir))?;
    let Ok(entries) = std::fs::read_dir(libraries.trim()) else {
        return Ok(false);
    };
    let found = entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    });
    Ok(found)
}
