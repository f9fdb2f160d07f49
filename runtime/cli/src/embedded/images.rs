//! The images that the embedded cluster has from the start: this machine's programs, and beside
//! them `kando`, which Blueprints call in pods.

use anyhow::Context;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// The images with `kando`, by the last part of their names. An image is this machine's programs
/// and what its directory adds.
const TOOLS: [&str; 2] = ["kanister-tools", "postgres-kanister-tools"];

/// The images that add nothing but, perhaps, PostgreSQL's programs.
const PLAIN: [&str; 3] = ["busybox", "debian", "postgres"];

/// The programs of PostgreSQL that distributions keep out of PATH.
const POSTGRESQL: &str = "/usr/lib/postgresql";

/// Makes the directory of images of a state directory, and says where it is.
///
/// # Errors
/// It cannot be written.
pub fn furnish(state: &Path) -> anyhow::Result<PathBuf> {
    let images = state.join("images");
    fill(&images).with_context(|| {
        format!(
            "the state directory {} cannot be used: the images cannot be made in it",
            state.display()
        )
    })?;
    Ok(images)
}

fn fill(images: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    // The first copy is shared by the other images.
    let mut source = program;
    for name in TOOLS {
        let folder = images.join(name).join("bin");
        fs::create_dir_all(&folder)?;
        let kando = folder.join("kando");
        share(&source, &kando)?;
        source = kando;
    }
    for name in PLAIN {
        fs::create_dir_all(images.join(name).join("bin"))?;
    }
    if let Some(programs) = postgresql() {
        for name in ["postgres", "postgres-kanister-tools"] {
            link_all(&programs, &images.join(name).join("bin"))?;
        }
    }
    Ok(())
}

/// Puts a program at another place: the same file if pods cannot write to it, else a copy. What is
/// there already and is the same stays.
fn share(source: &Path, target: &Path) -> anyhow::Result<()> {
    let wanted = fs::metadata(source)?;
    if let Ok(found) = fs::metadata(target)
        && found.len() == wanted.len()
        && found.modified()? >= wanted.modified()?
    {
        return Ok(());
    }
    let draft = target.with_extension(format!("{}.part", std::process::id()));
    let _ = fs::remove_file(&draft);
    // Pods that run as the user who owns the program could change it through a link.
    let ours = wanted.uid() != 0 || !rustix::process::geteuid().is_root();
    let placed = match ours || fs::hard_link(source, &draft).is_err() {
        true => copy(source, &draft),
        false => Ok(()),
    };
    placed
        .and_then(|()| fs::rename(&draft, target))
        .inspect_err(|_| {
            // The first error is the one to tell.
            let _ = fs::remove_file(&draft);
        })
        .with_context(|| format!("{} cannot be written", target.display()))
}

fn copy(source: &Path, draft: &Path) -> io::Result<()> {
    fs::copy(source, draft)?;
    // Pods run as somebody else.
    fs::set_permissions(draft, fs::Permissions::from_mode(0o755))
}

/// The newest PostgreSQL of a Debian-like system, where not all of its programs are on PATH.
pub fn postgresql() -> Option<PathBuf> {
    let version = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        name.parse::<u32>().ok()
    };
    let found = fs::read_dir(POSTGRESQL).ok()?;
    let versions = found.flatten().map(|entry| entry.path());
    let newest = versions
        .filter(|path| path.join("bin/initdb").exists())
        .max_by_key(version)?;
    Some(newest.join("bin"))
}

/// Makes each program of a folder a program of an image. Pods see the system's folders at the same
/// paths.
fn link_all(programs: &Path, image: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(programs)? {
        let entry = entry?;
        let link = image.join(entry.file_name());
        if fs::read_link(&link).is_ok_and(|target| target == entry.path()) {
            continue;
        }
        let _ = fs::remove_file(&link);
        symlink(entry.path(), &link)?;
    }
    Ok(())
}
