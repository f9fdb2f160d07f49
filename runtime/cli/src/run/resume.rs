//! What a run was given, for whoever goes on with it.

use super::store;
use crate::embedded::absolute;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The files of a run. Their content is read again: Secrets are kept nowhere else.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Given {
    /// The files.
    pub files: Vec<PathBuf>,
}

impl Given {
    /// Files of this command; standard input cannot be read a second time.
    pub fn new(files: &[PathBuf]) -> Self {
        let again = files.iter().filter(|file| file.as_os_str() != "-");
        Self {
            files: again.map(|file| absolute(file)).collect(),
        }
    }

    /// What the run in a folder was given.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        store::read(&folder.join("given.json"))
    }

    /// Keeps it in the folder of a run.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        store::write(&folder.join("given.json"), self)
    }
}
