//! Variables from a folder, as Kubernetes mounts a Secret or ConfigMap: a file for each.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use kanister_flags::shown_path;

use crate::error::Error;

/// The names and contents of the files in `folder`, through links, without subfolders.
///
/// # Errors
/// The folder or a file cannot be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<(OsString, OsString)>, Error> {
    let error = |path: &Path| {
        let path = shown_path(path);
        move |source| Error::Open { path, source }
    };
    let mut variables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error(folder))? {
        let entry = entry.map_err(error(folder))?;
        let path = entry.path();
        // Mounts hold their data in folders that begin with two dots.
        let is_file = std::fs::metadata(&path).is_ok_and(|m| m.is_file());
        if is_file {
            let value = std::fs::read(&path).map_err(error(&path))?;
            variables.push((entry.file_name(), OsString::from_vec(value)));
        }
    }
    variables.sort();
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn as_kubernetes_mounts_them() {
        let mount = tempfile::tempdir().unwrap();
        let data = mount.path().join("..2026");
        std::fs::create_dir(&data).unwrap();
        std::fs::write(data.join("FOO"), "BAR").unwrap();
        std::os::unix::fs::symlink("..2026", mount.path().join("..data")).unwrap();
        std::os::unix::fs::symlink("..data/FOO", mount.path().join("FOO")).unwrap();
        assert_eq!(read(mount.path()).unwrap(), [("FOO".into(), "BAR".into())]);
        assert!(read(&mount.path().join("none")).is_err());
    }
}
