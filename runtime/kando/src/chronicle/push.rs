//! `kando chronicle push`.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use bytes::{Bytes, BytesMut};
use kanister_flags::shown_path;
use kanister_storage::{Location, Profile, Upload, WriteOptions};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::{Push, environment};
use crate::error::Error;
use crate::profile::Opened;
use crate::stop::Stop;

/// Repeats rounds until a signal asks for the end, or one fails.
pub(crate) async fn run(push: Push) -> Result<(), Error> {
    if push.command.is_empty() {
        return Err(Error::Argument("requires a command to run".into()));
    }
    let mut stop = Stop::listen()?;
    let mut previous: Option<(Location, String)> = None;
    for round in 0_u64.. {
        let next = Instant::now() + push.frequency.length();
        match one(&push, round, previous, &mut stop).await? {
            Some(object) => previous = Some(object),
            None => return Ok(()),
        }
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = stop.asked() => return Ok(()),
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Open {
        path: shown_path(path),
        source,
    })
}

/// One round; returns the object that it has made, with its location. None: the end was asked for.
async fn one(
    push: &Push,
    round: u64,
    previous: Option<(Location, String)>,
    stop: &mut Stop,
) -> Result<Option<(Location, String)>, Error> {
    // Read again in each round: credentials are renewed by changing the file.
    let profile = Profile::from_json(&file(&push.profile_path)?)?;
    let manifest = file(&push.artifact_path)?.trim().to_owned();
    let variables = push.env_dir.as_deref().map(environment::read).transpose()?;
    let opened = Opened::connect(&profile).await?;
    let location = opened.location.clone();
    let (manifest_path, object) = (opened.path(&manifest), format!("{manifest}-{round}"));
    // A path that is none is found before the command runs.
    location.key(&manifest_path)?;
    let upload = location.write(&opened.path(&object), WriteOptions::default())?;
    let child = start(&push.command, variables.unwrap_or_default())?;
    if !record(child, upload, stop).await? {
        return Ok(None);
    }
    let mut naming = location.write(&manifest_path, WriteOptions::default())?;
    naming.append(Bytes::from(object.clone())).await?;
    naming.commit(None).await?;
    tracing::info!(round, object, "pushed");
    if let Some((old, key)) = previous {
        // The next round tries no more: what stays costs space only.
        if let Err(error) = old.delete(&key).await {
            tracing::warn!(%error, key, "the object of the round before was not deleted");
        }
    }
    let key = opened.path(&object);
    Ok(Some((location, key)))
}

/// Starts the command. With variables of its own it sees those, and where programs are.
fn start(command: &[OsString], variables: Vec<(OsString, OsString)>) -> Result<Child, Error> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command.join(" ".as_ref()));
    if !variables.is_empty() {
        let path = std::env::var_os("PATH");
        shell.env_clear().envs(path.map(|p| ("PATH", p)));
        shell.envs(variables);
    }
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::Open {
            path: "sh".into(),
            source,
        })
}

/// Stores what the command prints, if it ends well. False: the end was asked for before, and neither
/// the command nor anything of its output is left.
async fn record(mut child: Child, mut upload: Upload, stop: &mut Stop) -> Result<bool, Error> {
    let result = tokio::select! {
        result = append(&mut child, &mut upload) => result.map(|()| true),
        () = stop.asked() => Ok(false),
    };
    match result {
        Ok(true) => Ok(upload.commit(None).await.map(|_| true)?),
        other => {
            upload.abort().await;
            other
        }
    }
}

async fn append(child: &mut Child, upload: &mut Upload) -> Result<(), Error> {
    let read_error = |source| Error::Read {
        path: "the command's output".into(),
        source,
    };
    if let Some(mut stdout) = child.stdout.take() {
        loop {
            let mut buffer = BytesMut::with_capacity(256 << 10);
            if stdout.read_buf(&mut buffer).await.map_err(read_error)? == 0 {
                break;
            }
            upload.append(buffer.freeze()).await?;
        }
    }
    let status = child.wait().await.map_err(read_error)?;
    match (status.success(), status.code()) {
        (true, _) => Ok(()),
        (false, Some(code)) => Err(Error::Command(format!("exit status {code}"))),
        (false, None) => Err(Error::Command(status.to_string())),
    }
}
