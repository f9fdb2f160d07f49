//! Directories in which somebody hostile may have written: whatever links are in them, no path leads
//! out.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, AsRawFd as _};
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions, OpenOptionsExt as _};
use nix::fcntl::{AtFlags, OFlag};
use nix::unistd::{Gid, Uid, fchownat};

/// A directory whose content may be hostile.
#[derive(Debug)]
pub(crate) struct Beneath(Dir);

/// A path below a directory: absolute ones start there, `..` is refused.
fn below(path: &Path) -> io::Result<PathBuf> {
    let mut found = PathBuf::new();
    for step in path.components() {
        match step {
            Component::Normal(name) => found.push(name),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => {
                return Err(io::Error::other(format!(
                    "the path {} contains ..",
                    path.display()
                )));
            }
        }
    }
    Ok(found)
}

fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

impl Beneath {
    /// Opens the directory itself, whose own path must be trusted.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let opened = Dir::open_ambient_dir(path, ambient_authority());
        opened.map(Self).map_err(|error| named(path, error))
    }

    /// Makes the directories of a path that are missing, with this owner. What is there already
    /// stays as it is.
    pub(crate) fn folder(&self, path: &Path, owner: Option<(u32, u32)>) -> io::Result<()> {
        let mut made = PathBuf::new();
        for step in below(path)?.components() {
            made.push(step);
            match self.0.create_dir(&made) {
                Ok(()) => {
                    if let Some((user, group)) = owner {
                        // The handle serves for paths alone (O_PATH), so fchown would refuse it.
                        let folder = self.0.open_dir(&made)?;
                        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
                        let itself = AtFlags::AT_EMPTY_PATH;
                        fchownat(folder.as_fd(), "", Some(user), Some(group), itself)?;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(named(path, error)),
            }
        }
        Ok(())
    }

    /// Makes an empty file if there is nothing of this name, and the directories to it.
    pub(crate) fn file(&self, path: &Path) -> io::Result<()> {
        let path = below(path)?;
        if let Some(parent) = path.parent() {
            self.folder(parent, None)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        match self.0.open_with(&path, &options) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(named(&path, error)),
            _ => Ok(()),
        }
    }

    /// What is at a path, whatever it is, without opening it: it can be mounted, or mounted over.
    pub(crate) fn find(&self, path: &Path) -> io::Result<File> {
        let below = below(path)?;
        let below = if below.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &below
        };
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlag::O_PATH.bits());
        let found = self.0.open_with(below, &options);
        found.map_err(|error| named(path, error))
    }

    /// Makes a link at `path` that leads to `target`, wherever that is.
    pub(crate) fn link(&self, path: &Path, target: &Path) -> io::Result<()> {
        let path = below(path)?;
        if let Some(parent) = path.parent() {
            self.folder(parent, None)?;
        }
        let made = self.0.symlink_contents(target, &path);
        made.map_err(|error| named(&path, error))
    }

    /// The first `limit` bytes of a regular file.
    pub(crate) fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut options = OpenOptions::new();
        // Nobody may write to the other end of a pipe.
        options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
        let file = self.0.open_with(below(path)?, &options)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A path to what an open file is, for calls that know paths alone.
pub(crate) fn path_of(file: &impl AsFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_link_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        let inside = folder.path().join("inside");
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::create_dir_all(inside.join("real")).unwrap();
        std::fs::write(outside.join("secret"), "secret").unwrap();
        symlink(&outside, inside.join("away")).unwrap();
        symlink("../outside", inside.join("up")).unwrap();
        symlink("real", inside.join("here")).unwrap();
        let beneath = Beneath::open(&inside).unwrap();
        for way in ["away", "up", "../outside"] {
            let way = Path::new(way);
            assert!(beneath.folder(&way.join("new"), None).is_err(), "{way:?}");
            assert!(beneath.file(&way.join("new")).is_err(), "{way:?}");
            assert!(beneath.find(&way.join("secret")).is_err(), "{way:?}");
            assert!(beneath.read(&way.join("secret"), 9).is_err(), "{way:?}");
            assert!(beneath.link(&way.join("new"), &inside).is_err(), "{way:?}");
        }
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
        beneath.folder(Path::new("/here/new"), None).unwrap();
        beneath.file(Path::new("here/new/file")).unwrap();
        assert!(inside.join("real/new/file").is_file());
        assert_eq!(beneath.read(Path::new("here/new/file"), 9).unwrap(), b"");
    }

    #[test]
    fn a_new_folder_has_the_owner_that_was_asked_for() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let beneath = Beneath::open(folder.path()).unwrap();
        // Only root can give a folder away.
        let owner = if Uid::effective().is_root() {
            (65_534, 65_534)
        } else {
            (Uid::effective().as_raw(), Gid::effective().as_raw())
        };
        beneath.folder(Path::new("/one/two"), Some(owner)).unwrap();
        for path in ["one", "one/two"] {
            let made = folder.path().join(path).metadata().unwrap();
            assert_eq!((made.uid(), made.gid()), owner, "{path}");
        }
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        nix::unistd::mkfifo(
            &folder.path().join("pipe"),
            nix::sys::stat::Mode::from_bits_truncate(0o666),
        )
        .unwrap();
        let beneath = Beneath::open(folder.path()).unwrap();
        assert!(beneath.read(Path::new("pipe"), 9).is_err());
        beneath.find(Path::new("pipe")).unwrap();
    }
}
