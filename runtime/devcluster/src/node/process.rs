//! A process below its supervisor, as the cluster sees it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{ChildStderr, ChildStdout, Command};
use tokio::sync::{Mutex, Semaphore, watch};

use crate::supervise::{Frame, Plan};

/// The program that supervises containers: it calls [`crate::supervise`] at its very start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// A running process.
#[derive(Debug)]
pub(super) struct Process {
    /// The process id on this machine.
    pub(super) id: i32,
    control: Mutex<OwnedWriteHalf>,
    exit: watch::Receiver<Option<i32>>,
    /// One permit for each piece of input that was taken.
    taken: Arc<Semaphore>,
}

/// What a process writes.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// Starts a process as planned.
///
/// # Errors
/// Why it could not be started, for people.
pub(super) async fn start(
    supervisor: &Supervisor,
    plan: &Plan,
) -> Result<(Process, Output), String> {
    let fail = |error: std::io::Error| {
        format!(
            "the supervisor {} could not be started: {error}",
            supervisor.program.display()
        )
    };
    let (near, far) = std::os::unix::net::UnixStream::pair().map_err(fail)?;
    near.set_nonblocking(true).map_err(fail)?;
    let mut child = Command::new(&supervisor.program)
        .args(&supervisor.arguments)
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(far)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(fail)?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err("the supervisor has no output".to_owned());
    };
    // Waits for the supervisor, so that it does not remain as a zombie.
    tokio::spawn(async move { child.wait().await });
    let (mut reader, mut writer) = UnixStream::from_std(near).map_err(fail)?.into_split();
    let text = serde_json::to_vec(plan).map_err(|error| error.to_string())?;
    writer
        .write_all(&Frame::Plan(text).encode())
        .await
        .map_err(fail)?;
    let id = match read(&mut reader).await.map_err(fail)? {
        Frame::Started(id) => id,
        Frame::Failed(reason) => return Err(reason),
        _ => return Err("the supervisor answered something else than it should".to_owned()),
    };
    let (sender, exit) = watch::channel(None);
    let taken = Arc::new(Semaphore::new(0));
    tokio::spawn({
        let taken = taken.clone();
        async move {
            loop {
                match read(&mut reader).await {
                    Ok(Frame::Taken) => taken.add_permits(1),
                    Ok(Frame::Exited(code)) => {
                        sender.send_replace(Some(code));
                        break;
                    }
                    Ok(_) => {}
                    // The supervisor itself was killed, and with it the process.
                    Err(_) => {
                        sender.send_replace(Some(137));
                        break;
                    }
                }
            }
            taken.close();
        }
    });
    let process = Process {
        id,
        control: Mutex::new(writer),
        exit,
        taken,
    };
    Ok((process, Output { stdout, stderr }))
}

async fn read(reader: &mut OwnedReadHalf) -> std::io::Result<Frame> {
    let mut header = [0; 5];
    reader.read_exact(&mut header).await?;
    let (kind, length) = Frame::body_length(header)?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Frame::decode(kind, body)
}

impl Process {
    /// Waits for the end; the exit code, or 128 and the number of the signal.
    pub(super) async fn ended(&self) -> i32 {
        let mut exit = self.exit.clone();
        match exit.wait_for(Option::is_some).await {
            Ok(code) => code.unwrap_or(137),
            Err(_) => 137,
        }
    }

    pub(super) async fn signal(&self, number: i32) {
        self.send(Frame::Signal(number)).await;
    }

    /// Passes input on; returns when the process was given it, or has ended.
    pub(super) async fn input(&self, bytes: Vec<u8>) {
        self.send(Frame::Input(bytes)).await;
        if let Ok(permit) = self.taken.acquire().await {
            permit.forget();
        }
    }

    pub(super) async fn end_input(&self) {
        self.send(Frame::InputEnd).await;
    }

    async fn send(&self, frame: Frame) {
        // A supervisor that is gone has nothing to pass on to.
        let _ = self.control.lock().await.write_all(&frame.encode()).await;
    }
}
