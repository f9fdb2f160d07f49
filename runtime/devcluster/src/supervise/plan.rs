//! What a supervisor is to run, and how.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::beneath::Beneath;

/// A process that is to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) command: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    /// The working directory, as the process sees it.
    pub(crate) directory: String,
    /// The directory that is the root of what the process may write.
    pub(crate) root: PathBuf,
    /// Programs of the image.
    pub(crate) image: Option<PathBuf>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) hostname: String,
    /// User and group that it runs as, if they change.
    pub(crate) user: Option<(u32, u32)>,
    pub(crate) isolation: Isolation,
    /// The main process of the container that it joins.
    pub(crate) join: Option<i32>,
    /// Whether it reads what is sent as [`Frame::Input`].
    pub(crate) stdin: bool,
}

/// A volume in a container.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mount {
    /// The directory of the volume.
    pub(crate) source: PathBuf,
    /// What of the volume is mounted; empty for all of it. Pods write to volumes, so links on this
    /// path are followed within the volume alone.
    pub(crate) part: PathBuf,
    pub(crate) target: String,
    pub(crate) read_only: bool,
}

impl Mount {
    /// What is mounted.
    ///
    /// # Errors
    /// If it is not there, or lies outside of the volume.
    pub(crate) fn open(&self) -> io::Result<cap_std::fs::File> {
        Beneath::open(&self.source)?.find(&self.part)
    }
}

/// How a process is kept apart from the rest of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Isolation {
    /// Namespaces of its own (files, processes, host name) and Landlock.
    Namespaces,
    /// Landlock alone: files and signals.
    Landlock,
    /// Not at all.
    None,
}
