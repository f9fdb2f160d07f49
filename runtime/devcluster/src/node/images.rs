//! Images: directories of programs.

use std::path::{Path, PathBuf};

use crate::supervise::Isolation;

/// Where an image's programs are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Image {
    /// The machine's own programs and no others.
    Host,
    /// The programs of this directory come first.
    Directory(PathBuf),
}

/// Finds an image: `host`, or a directory below `images` named as the image, with or without its
/// tag and registry.
///
/// # Errors
/// What to do about an image that is not there.
pub(super) fn find(images: Option<&Path>, name: &str) -> Result<Image, String> {
    if name == "host" {
        return Ok(Image::Host);
    }
    let hint = |place: String| {
        format!(
            "image {name:?} is not known to the embedded cluster: {place}; or use the image \"host\", which is this machine's own programs"
        )
    };
    let Some(images) = images else {
        return Err(hint(
            "start it with --images and a directory that has a directory for each image".into(),
        ));
    };
    let untagged = match name.rsplit_once(':') {
        Some((left, tag)) if !tag.contains('/') => left,
        _ => name.split('@').next().unwrap_or(name),
    };
    let last = untagged.rsplit('/').next().unwrap_or(untagged);
    for candidate in [name, untagged, last] {
        let inside = Path::new(candidate)
            .components()
            .all(|step| matches!(step, std::path::Component::Normal(_)));
        let path = images.join(candidate);
        if inside && !candidate.is_empty() && path.is_dir() {
            return Ok(Image::Directory(path));
        }
    }
    Err(hint(format!(
        "make the directory {} with its programs",
        images.join(untagged).display()
    )))
}

impl Image {
    /// The value of `PATH` in a container of this image.
    pub(super) fn search_path(&self, isolation: Isolation) -> String {
        const SYSTEM: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let Self::Directory(path) = self else {
            return SYSTEM.to_owned();
        };
        let root = match isolation {
            Isolation::Namespaces => format!("/{}", crate::supervise::IMAGE),
            _ => path.display().to_string(),
        };
        let own = [
            "usr/local/sbin",
            "usr/local/bin",
            "usr/sbin",
            "usr/bin",
            "sbin",
            "bin",
        ];
        let own: Vec<String> = own
            .iter()
            .map(|folder| format!("{root}/{folder}"))
            .collect();
        format!("{root}:{}:{SYSTEM}", own.join(":"))
    }

    pub(super) fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Host => None,
            Self::Directory(path) => Some(path.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_directory_and_never_one_outside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("images/tools")).unwrap();
        std::fs::create_dir_all(folder.path().join("images/reg.local/web:2")).unwrap();
        let images = folder.path().join("images");
        for (name, path) in [
            ("tools", "tools"),
            ("x.io/y/tools:1", "tools"),
            ("reg.local/web:2", "reg.local/web:2"),
        ] {
            assert_eq!(
                find(Some(&images), name),
                Ok(Image::Directory(images.join(path))),
                "{name}"
            );
        }
        for name in ["..", "../images", "/etc", "none:1", ""] {
            assert!(find(Some(&images), name).is_err(), "{name}");
        }
        assert_eq!(find(None, "host"), Ok(Image::Host));
    }
}
