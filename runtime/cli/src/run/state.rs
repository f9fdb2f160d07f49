//! The state directory: one folder for each run, and the embedded cluster beside them.

use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The state directory.
#[derive(Debug, Clone)]
pub struct State(PathBuf);

/// The folder of a run, held by this process: nobody else runs it meanwhile. The lock ends with the
/// process, however it ends.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    _lock: File,
}

impl State {
    /// The state in a directory, which is made if it is missing.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path.join("runs"))
            .with_context(|| format!("the state directory {} cannot be made", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder of a run.
    pub fn run(&self, name: &str) -> anyhow::Result<PathBuf> {
        let fits = !name.is_empty()
            && name.len() <= 253
            && name
                .chars()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.".contains(it))
            && name.starts_with(|it: char| it.is_ascii_alphanumeric());
        if !fits {
            bail!(
                "{name:?} is no name for a run: lower case letters, digits, `-` and `.`, as for any \
                 Kubernetes object"
            );
        }
        Ok(self.0.join("runs").join(name))
    }

    /// Whether there is a run of this name.
    pub fn has(&self, name: &str) -> anyhow::Result<bool> {
        Ok(record_of(&self.run(name)?).is_file())
    }

    /// Takes the folder of a run, made if it is missing.
    pub fn hold(&self, name: &str) -> anyhow::Result<RunDir> {
        let path = self.run(name)?;
        let failed = || format!("the folder of the run {}", path.display());
        fs::create_dir_all(&path).with_context(failed)?;
        let lock = File::create(path.join("lock")).with_context(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                bail!("the run {name} is running in another process")
            }
            Err(fs::TryLockError::Error(error)) => {
                return Err(error).with_context(failed);
            }
        }
        Ok(RunDir { path, _lock: lock })
    }

    /// All runs, those that changed last first.
    pub fn runs(&self) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.0.join("runs"))? {
            let entry = entry?;
            let record = record_of(&entry.path());
            if let (Ok(record), Ok(name)) = (fs::metadata(record), entry.file_name().into_string())
            {
                found.push((record.modified()?, name));
            }
        }
        found.sort();
        Ok(found.into_iter().rev().map(|(_, name)| name).collect())
    }
}

/// The record of the run in a folder.
pub fn record_of(folder: &Path) -> PathBuf {
    folder.join("actionset.json")
}

impl RunDir {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes a file that only its owner reads, whole or not at all, and durable when it returns.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let draft = path.with_extension("draft");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    match path.parent() {
        // The name is durable with its folder.
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_held_by_one_and_has_a_name_that_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(folder.path()).unwrap();
        let held = state.hold("one").unwrap();
        assert!(state.hold("one").is_err());
        assert!(!state.has("one").unwrap());
        write_whole(&record_of(held.path()), b"{}").unwrap();
        assert_eq!(state.runs().unwrap(), ["one"]);
        drop(held);
        state.hold("one").unwrap();
        for name in ["", "..", "../x", "/etc", "A", "a/b", "-a"] {
            assert!(state.run(name).is_err(), "{name}");
        }
    }
}
