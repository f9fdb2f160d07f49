//! The cgroups of a cluster's pods, which no namespace removes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

const ROOT: &str = "/sys/fs/cgroup";

/// Makes the cluster's cgroup in every hierarchy.
///
/// # Errors
/// If cgroups are not writable here.
pub fn create(name: &str) -> anyhow::Result<()> {
    for hierarchy in hierarchies()? {
        let group = hierarchy.join(name);
        fs::create_dir_all(&group).with_context(|| group.display().to_string())?;
        // A new group of the first version has no processors and no memory until it is told.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let (from, to) = (hierarchy.join(file), group.join(file));
            if is_unified(&hierarchy) || !from.exists() {
                continue;
            }
            let value = fs::read(&from).with_context(|| from.display().to_string())?;
            fs::write(&to, value).with_context(|| to.display().to_string())?;
        }
    }
    Ok(())
}

/// Removes it, with everything below; its processes must have been ended.
///
/// # Errors
/// If one cannot be removed, e.g. since a process is left.
pub fn remove(name: &str) -> anyhow::Result<()> {
    for hierarchy in hierarchies()? {
        let group = hierarchy.join(name);
        let start = Instant::now();
        // The kernel lets go of a group a moment after its last process.
        while let Err(error) = remove_tree(&group) {
            if start.elapsed() > Duration::from_secs(10) {
                return Err(error).with_context(|| group.display().to_string());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// `/sys/fs/cgroup` itself with version 2, with version 1 each of its folders.
fn hierarchies() -> anyhow::Result<Vec<PathBuf>> {
    let root = Path::new(ROOT);
    if is_unified(root) {
        return Ok(vec![root.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(root).context(ROOT)? {
        let path = entry?.path();
        // Links are second names, such as `cpu,cpuacct`.
        if path.symlink_metadata()?.is_dir() && path.join("cgroup.procs").exists() {
            found.push(path);
        }
    }
    anyhow::ensure!(!found.is_empty(), "there are no cgroups in {ROOT}");
    Ok(found)
}

fn is_unified(hierarchy: &Path) -> bool {
    hierarchy.join("cgroup.controllers").exists()
}

/// The kernel's files go with their folder, and are not removed one by one.
fn remove_tree(group: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(group) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    fs::remove_dir(group)
}
