//! `kando location pull`.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use kanister_flags::shown_path;
use kanister_storage::{Chunk, Download, Location, ReadRange};
use tempfile::NamedTempFile;

use crate::error::Error;
use crate::stdio::Sink;
use crate::stop::Stop;

/// The mode of a new file, as the existing tool makes it.
const MODE: u32 = 0o755;

/// Pulls the object `path` to a file, or to stdout. The file appears once all of it has arrived and
/// been checked; before, what was there stays.
pub(crate) async fn pull(location: &Location, path: &str, to: &OsStr) -> Result<(), Error> {
    let source = location.read(path, ReadRange::default()).await?;
    if to == "-" {
        return copy(source, None, Error::Stdout).await;
    }
    let name = shown_path(to);
    let open = |source| Error::Open {
        path: name.clone(),
        source,
    };
    let write = |source| Error::Write {
        path: name.clone(),
        source,
    };
    match Place::of(Path::new(to)).map_err(open)? {
        Place::Special(file) => copy(source, Some(file), write).await,
        Place::New { file, at, mode } => {
            let handle = file.as_file().try_clone().map_err(open)?;
            copy(source, Some(handle), write).await?;
            let finish = || -> io::Result<()> {
                file.as_file()
                    .set_permissions(Permissions::from_mode(mode))?;
                file.persist(&at)?;
                Ok(())
            };
            finish().map_err(write)
        }
    }
}

/// Where the bytes go.
enum Place {
    /// A pipe, a device: written to as it is. So is a file whose folder takes no new files.
    Special(File),
    /// A file beside the target, which replaces it at the end.
    New {
        file: NamedTempFile,
        at: PathBuf,
        mode: u32,
    },
}

impl Place {
    fn of(target: &Path) -> io::Result<Self> {
        // A link is kept, and what it names replaced.
        let real = match std::fs::canonicalize(target) {
            Ok(real) => real,
            Err(e) if e.kind() == io::ErrorKind::NotFound => target.to_owned(),
            Err(e) => return Err(e),
        };
        let there = std::fs::metadata(&real).ok();
        let write = || OpenOptions::new().write(true).open(&real);
        if let Some(there) = &there
            && !there.is_file()
        {
            return Ok(Self::Special(write()?));
        }
        let folder = match real.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mode = there
            .as_ref()
            .map_or(MODE, |m| m.permissions().mode() & 0o7777);
        match tempfile::Builder::new()
            .prefix(".kando-")
            .tempfile_in(folder)
        {
            Ok(file) => Ok(Self::New {
                file,
                at: real,
                mode,
            }),
            Err(e) if there.is_none() => Err(e),
            Err(_) => {
                let file = write()?;
                file.set_len(0)?;
                Ok(Self::Special(file))
            }
        }
    }
}

/// Copies to `file`, or to stdout, unless a signal asks for the end: a file that is not complete can
/// then be removed.
async fn copy(
    source: Download,
    file: Option<File>,
    failed: impl FnOnce(io::Error) -> Error,
) -> Result<(), Error> {
    let mut stop = Stop::listen()?;
    tokio::select! {
        copied = copy_all(source, file, failed) => copied,
        () = stop.asked() => Err(Error::Stopped),
    }
}

async fn copy_all(
    mut source: Download,
    file: Option<File>,
    failed: impl FnOnce(io::Error) -> Error,
) -> Result<(), Error> {
    let mut sink = Sink::new(file);
    loop {
        match source.chunk().await? {
            Chunk::Data(bytes) => {
                if !sink.write(bytes).await {
                    break;
                }
            }
            Chunk::End(summary) => {
                tracing::info!(
                    bytes = summary.bytes,
                    checked = summary.digest.is_some(),
                    "pulled"
                );
                break;
            }
        }
    }
    sink.finish().await.map_err(failed)
}
