//! `kando location push`.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt as _;

use bytes::Bytes;
use kanister_flags::shown_path;
use kanister_storage::{Location, Profile, Upload, WriteOptions};
use tokio::sync::mpsc::Receiver;

use crate::error::Error;
use crate::profile::Opened;
use crate::stdio;
use crate::stop::Stop;

/// Pushes a file, or stdin, and makes the object visible once all of it has arrived.
pub(crate) async fn push(profile: &Profile, path: &str, source: &OsStr) -> Result<(), Error> {
    let name = shown_path(source);
    let reader: Box<dyn Read + Send> = match source == "-" {
        true => Box::new(stdin()?),
        false => Box::new(open(source, &name)?),
    };
    let opened = Opened::connect(profile).await?;
    let path = opened.path(path);
    upload(&opened.location, &path, stdio::read(reader), &name).await
}

/// Stdin, unless it is a terminal or nothing at all.
fn stdin() -> Result<io::Stdin, Error> {
    let metadata = std::fs::metadata("/dev/stdin").map_err(|_| Error::Stdin)?;
    match metadata.file_type().is_char_device() || metadata.is_dir() {
        true => Err(Error::Stdin),
        false => Ok(io::stdin()),
    }
}

fn open(source: &OsStr, name: &str) -> Result<File, Error> {
    let error = |source| Error::Open {
        path: name.to_owned(),
        source,
    };
    let file = File::open(source).map_err(error)?;
    match file.metadata().map_err(error)?.is_dir() {
        true => Err(error(io::ErrorKind::IsADirectory.into())),
        false => Ok(file),
    }
}

/// Writes what `from` gives to the object `path`.
///
/// # Errors
/// `from` fails (`name` is what it is called), the store does, or a signal asks for the end; nothing
/// stays then.
async fn upload(
    location: &Location,
    path: &str,
    from: Receiver<io::Result<Bytes>>,
    name: &str,
) -> Result<(), Error> {
    let mut upload = location.write(path, WriteOptions::default())?;
    let mut stop = Stop::listen()?;
    let appended = tokio::select! {
        appended = append(&mut upload, from, name) => appended,
        () = stop.asked() => Err(Error::Stopped),
    };
    if let Err(e) = appended {
        upload.abort().await;
        return Err(e);
    }
    let meta = upload.commit(None).await?;
    tracing::info!(bytes = meta.size, key = meta.key, "pushed");
    Ok(())
}

async fn append(
    upload: &mut Upload,
    mut from: Receiver<io::Result<Bytes>>,
    name: &str,
) -> Result<(), Error> {
    while let Some(bytes) = from.recv().await {
        let bytes = bytes.map_err(|source| Error::Read {
            path: name.to_owned(),
            source,
        })?;
        upload.append(bytes).await?;
    }
    Ok(())
}
