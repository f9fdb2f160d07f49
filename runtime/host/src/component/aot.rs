//! Compiled components on disk.
//!
//! Loading a compiled component runs whatever code is in the file, so the cache trusts a
//! file only if it lies in a directory that nobody else can write, and if its checksum
//! is right: a torn or foreign file is recompiled, never an error. Files are named by
//! the component's digest and the engine's compatibility, so another component or
//! another engine never finds them.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use kanister_api::function::ComponentDigest;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"KSTRAOT2";

/// What stands before the code: the magic number, the length of the code, and its checksum. The
/// checksum finds what a crash or a disk damaged; against people there is the directory's mode.
const HEAD: usize = MAGIC.len() + 8 + 4;

/// Why a directory cannot be the cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheDirError {
    /// It cannot be made or opened.
    #[error("the cache directory {} cannot be used: {source}", path.display())]
    Unusable {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could put code there.
    #[error(
        "the cache directory {} can be written by other users, who could put code there that \
         the host would run; run `chmod 700` on it or choose another", path.display()
    )]
    Shared {
        /// Which one.
        path: PathBuf,
    },
}

/// A directory of compiled components.
#[derive(Debug)]
pub struct CompiledCache {
    dir: Dir,
    engine: String,
}

impl CompiledCache {
    /// Opens a directory, and makes it if it is not there, for an engine of this
    /// compatibility.
    ///
    /// # Errors
    /// See [`CacheDirError`].
    pub fn open(path: &Path, engine: [u8; 32]) -> Result<Self, CacheDirError> {
        let unusable = |source| CacheDirError::Unusable {
            path: path.to_owned(),
            source,
        };
        if !path.exists() {
            make_private(path).map_err(unusable)?;
        }
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(unusable)?;
        if !is_private(&dir).map_err(unusable)? {
            return Err(CacheDirError::Shared {
                path: path.to_owned(),
            });
        }
        let engine = hex(engine.get(..8).unwrap_or_default());
        Ok(Self { dir, engine })
    }

    /// The compiled form of a component, if a whole one is there.
    #[must_use]
    pub fn get(&self, component: &ComponentDigest) -> Option<Vec<u8>> {
        let mut file = self.dir.open(self.name(component)).ok()?;
        let mut found = [0; HEAD];
        file.read_exact(&mut found).ok()?;
        // The file says how long it is, so that a wrong length in it reserves nothing.
        let length = file.metadata().ok()?.len().checked_sub(HEAD as u64)?;
        let mut code = Vec::with_capacity(usize::try_from(length).ok()?);
        file.read_to_end(&mut code).ok()?;
        (found == head(&code)).then_some(code)
    }

    /// Keeps the compiled form of a component. The file appears whole or not at all.
    ///
    /// # Errors
    /// The file system's, for the log: the component works without the cache.
    pub fn put(&self, component: &ComponentDigest, code: &[u8]) -> io::Result<()> {
        let name = self.name(component);
        let half = format!("{name}.{}", std::process::id());
        let write = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            let mut file = self.dir.open_with(&half, &options)?;
            file.write_all(&head(code))?;
            file.write_all(code)?;
            file.sync_all()?;
            self.dir.rename(&half, &self.dir, &name)
        };
        write().inspect_err(|_| {
            // Half a file is only waste: its name is never looked up.
            let _ = self.dir.remove_file(&half);
        })
    }

    fn name(&self, component: &ComponentDigest) -> String {
        format!("{}-{}.cwasm", hex(component.as_bytes()), self.engine)
    }
}

/// What stands before this code.
fn head(code: &[u8]) -> [u8; HEAD] {
    let length = (code.len() as u64).to_le_bytes();
    let sum = crc32fast::hash(code).to_le_bytes();
    let mut head = [0; HEAD];
    let parts = MAGIC.iter().chain(&length).chain(&sum);
    for (place, byte) in head.iter_mut().zip(parts) {
        *place = *byte;
    }
    head
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(unix)]
fn is_private(dir: &Dir) -> io::Result<bool> {
    use cap_std::fs::MetadataExt;
    let about = dir.dir_metadata()?;
    let others_write = about.mode() & 0o022 != 0;
    Ok(!others_write)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(not(unix))]
fn is_private(_dir: &Dir) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(path: &Path, engine: u8) -> CompiledCache {
        CompiledCache::open(path, [engine; 32]).unwrap()
    }

    #[test]
    fn a_whole_file_comes_back_and_a_damaged_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache");
        let cache = cache(&path, 1);
        let digest = super::super::digest_of(b"component");
        assert_eq!(cache.get(&digest), None);
        cache.put(&digest, b"code").unwrap();
        assert_eq!(cache.get(&digest).unwrap(), b"code");

        let file = std::fs::read_dir(&path).unwrap().next().unwrap().unwrap();
        let mut bytes = std::fs::read(file.path()).unwrap();
        for cut in 0..bytes.len() {
            std::fs::write(file.path(), &bytes[..cut]).unwrap();
            assert_eq!(cache.get(&digest), None, "cut at {cut}");
        }
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(file.path(), &bytes).unwrap();
        assert_eq!(cache.get(&digest), None);
    }

    #[test]
    fn another_engine_does_not_find_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache");
        let digest = super::super::digest_of(b"component");
        cache(&path, 1).put(&digest, b"code").unwrap();
        assert_eq!(cache(&path, 2).get(&digest), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_others_write_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let refused = CompiledCache::open(dir.path(), [0; 32]);
        assert!(matches!(refused, Err(CacheDirError::Shared { .. })));
    }
}
