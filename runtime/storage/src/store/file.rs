//! A folder as store. What it promises: an object appears whole, by renaming, and is on the disk when
//! the write returns; its length is checked when it is read. It keeps no checksums.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kanister_api::Location;
use object_store::local::LocalFileSystem;

use super::{FILE_ENDPOINT, FileRoots, Store};
use crate::error::Error;

pub(super) fn open(location: &Location, roots: &FileRoots) -> Result<Store, Error> {
    let root = Path::new(&location.bucket);
    if !root.is_absolute() {
        return Err(Error::Profile(format!(
            "the root folder {root:?} of a file store must be an absolute path"
        )));
    }
    // Resolved before it is compared, so that neither links nor dots lead elsewhere.
    let real = std::fs::canonicalize(root).map_err(|e| {
        Error::Profile(format!(
            "the root folder {root:?} of the file store cannot be used: {e}"
        ))
    })?;
    if !allowed(&real, roots) {
        return Err(Error::Profile(format!(
            "the folder {root:?} is not among those that file stores may use; the operator allows folders by flag"
        )));
    }
    let store = LocalFileSystem::new_with_prefix(&real).map_err(|_| {
        Error::Profile(format!(
            "the root folder {root:?} of the file store cannot be used"
        ))
    })?;
    let store = Arc::new(store.with_fsync(true).with_automatic_cleanup(true));
    Ok(Store {
        reader: store.clone(),
        writer: store,
        plain: None,
        pages: None,
        bucket: location.bucket.clone(),
        endpoint: FILE_ENDPOINT.into(),
    })
}

fn allowed(real: &Path, roots: &FileRoots) -> bool {
    let inside = |root: &PathBuf| std::fs::canonicalize(root).is_ok_and(|r| real.starts_with(r));
    match roots {
        FileRoots::Any => true,
        FileRoots::None => false,
        FileRoots::Below(folders) => folders.iter().any(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::{FileRoots, open};
    use kanister_api::{Location, LocationType};

    fn at(folder: &std::path::Path) -> Location {
        Location {
            location_type: LocationType::Filestore,
            bucket: folder.to_str().unwrap().into(),
            ..Location::default()
        }
    }

    #[test]
    fn only_allowed_folders() {
        let home = tempfile::tempdir().unwrap();
        let (inside, outside) = (home.path().join("in"), home.path().join("out"));
        std::fs::create_dir(&inside).unwrap();
        std::fs::create_dir(&outside).unwrap();
        let below = FileRoots::Below(vec![inside.clone()]);
        assert!(open(&at(&inside), &below).is_ok());
        assert!(open(&at(&outside), &below).is_err());
        assert!(open(&at(&inside.join("../out")), &below).is_err());
        std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
        assert!(open(&at(&inside.join("link")), &below).is_err());
        assert!(open(&at(&inside), &FileRoots::None).is_err());
        assert!(open(&at(&outside), &FileRoots::Any).is_ok());
        let relative = Location {
            bucket: "x".into(),
            ..at(&inside)
        };
        assert!(open(&relative, &FileRoots::Any).is_err());
    }
}
