//! The built-in functions: every crate below `plugins/` as a component.

use crate::workspace;
use anyhow::Context;
use kanister_plugin::build::{self, Built, Progress, Request, Source};
use std::path::{Path, PathBuf};

/// The cargo profile of components.
const PROFILE: &str = "plugin";

/// Where the components are written.
pub fn folder() -> PathBuf {
    workspace::target().join("components")
}

/// Makes a component of each built-in plugin; answers with the folder that holds them and
/// nothing else.
pub fn build_all() -> anyhow::Result<PathBuf> {
    let folder = folder();
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    let mut made = Vec::new();
    for dir in crates(&workspace::root().join("plugins"))? {
        let built = build_crate(&dir)?;
        let file = folder.join(format!("{}.wasm", built.name));
        write_if_changed(&file, &built.bytes)?;
        println!("  {}: {} bytes", file.display(), built.bytes.len());
        made.push(file);
    }
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if !made.contains(&path) {
            std::fs::remove_file(&path)
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(folder)
}

/// Makes a component of one crate of the workspace.
pub fn build_crate(dir: &Path) -> anyhow::Result<Built> {
    let source = Source::Crate {
        profile: Some(PROFILE.to_owned()),
    };
    let request = Request {
        dir: dir.to_owned(),
        source,
    };
    Ok(build::build(&request, &mut show)?)
}

/// The folders below `parent` that hold a crate, sorted.
fn crates(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(parent).with_context(|| format!("cannot read {}", parent.display()))?
    {
        let dir = entry?.path();
        if dir.join("Cargo.toml").is_file() {
            found.push(dir);
        }
    }
    found.sort();
    Ok(found)
}

/// Leaves the time of a file alone when its content is the same, so that nothing is compiled
/// again for it.
pub fn write_if_changed(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    std::fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Prints what a build is doing.
pub fn show(progress: Progress) {
    match progress {
        Progress::AddingTarget { toolchain } => {
            eprintln!("adding the target wasm32-unknown-unknown to {toolchain}");
        }
        Progress::Compiling { name } => eprintln!("{name}: compiling for WebAssembly"),
        Progress::Line(line) => eprintln!("  {line}"),
        Progress::Componentizing => {}
    }
}
