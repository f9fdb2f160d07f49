//! The Profile and the object that a command names.

use kanister_api::LocationType;
use kanister_flags::shown_path;
use kanister_storage::{FileRoots, Location, Profile, StoreOptions};

use crate::cli::Target;
use crate::error::Error;

/// The Profile's JSON, from the flag or from the file.
///
/// # Errors
/// Neither is given, or the file cannot be read.
pub(crate) fn read(target: &Target) -> Result<Profile, Error> {
    let Target {
        path: _,
        profile,
        profile_file,
    } = target;
    let text = match profile_file {
        Some(path) => std::fs::read_to_string(path).map_err(|source| Error::ProfileFile {
            path: shown_path(path),
            source,
        })?,
        None if profile.is_empty() => return Err(Error::NoProfile),
        None => profile.clone(),
    };
    Ok(Profile::from_json(&text)?)
}

/// An opened location and how its paths are written.
pub(crate) struct Opened {
    pub(crate) location: Location,
    azure: bool,
}

impl Opened {
    /// Opens the location and makes sure that it answers.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn connect(profile: &Profile) -> Result<Self, Error> {
        // The tool runs with its user's own rights, so any folder that these allow will do.
        let options = StoreOptions {
            file_roots: FileRoots::Any,
            ..StoreOptions::default()
        };
        Ok(Self {
            location: Location::connect(profile, &options).await?,
            azure: profile.location.location_type == LocationType::Azure,
        })
    }

    /// The path in the store. In Azure the existing tool writes a blank as `+`, and its data must be
    /// found.
    pub(crate) fn path(&self, path: &str) -> String {
        match self.azure {
            true => path.replace(' ', "+"),
            false => path.to_owned(),
        }
    }
}
