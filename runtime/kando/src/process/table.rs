//! The processes of a server.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;
use tonic::{Code, Status};

use super::output::Log;
use super::wire::{CreateProcessRequest, Process, ProcessState};

/// The processes of a server, those that have ended too.
#[derive(Clone, Default)]
pub(crate) struct Table(Arc<Mutex<BTreeMap<i64, Entry>>>);

struct Entry {
    process: Process,
    stdout: Log,
    stderr: Log,
}

fn unknown(text: impl Into<String>) -> Status {
    Status::new(Code::Unknown, text)
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, pid: i64, use_it: impl FnOnce(&Entry) -> T) -> Result<T, Status> {
        let table = self.lock();
        let entry = table.get(&pid);
        entry
            .map(use_it)
            .ok_or_else(|| unknown("Process not found"))
    }

    /// Starts a process.
    pub(crate) fn create(&self, request: CreateProcessRequest) -> Result<Process, Status> {
        let CreateProcessRequest { name, args } = request;
        let mut child = Command::new(&name)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| unknown(format!("{name:?} cannot be started: {e}")))?;
        let lost = || unknown("the process has no output");
        let pid = i64::from(child.id().ok_or_else(lost)?);
        let keep = |e| unknown(format!("the output cannot be kept: {e}"));
        let stdout = Log::keep(pid, child.stdout.take().ok_or_else(lost)?).map_err(keep)?;
        let stderr = Log::keep(pid, child.stderr.take().ok_or_else(lost)?).map_err(keep)?;
        let process = Process {
            pid,
            state: ProcessState::Running.into(),
            exit_code: 0,
            exit_err: String::new(),
        };
        let entry = Entry {
            process: process.clone(),
            stdout,
            stderr,
        };
        self.lock().insert(pid, entry);
        let table = self.clone();
        tokio::spawn(async move {
            let (state, exit_code, exit_err) = match child.wait().await {
                Ok(status) => ended(status),
                Err(e) => (ProcessState::Failed, -1, e.to_string()),
            };
            if let Some(entry) = table.lock().get_mut(&pid) {
                entry.process = Process {
                    pid,
                    state: state.into(),
                    exit_code,
                    exit_err,
                };
            }
        });
        Ok(process)
    }

    /// The state of a process.
    pub(crate) fn get(&self, pid: i64) -> Result<Process, Status> {
        self.with(pid, |entry| entry.process.clone())
    }

    /// All processes, by number.
    pub(crate) fn list(&self) -> Vec<Process> {
        let table = self.lock();
        table.values().map(|entry| entry.process.clone()).collect()
    }

    /// What a process has printed.
    pub(crate) fn stdout(&self, pid: i64) -> Result<Log, Status> {
        self.with(pid, |entry| entry.stdout.clone())
    }

    /// What a process has printed on its error stream.
    pub(crate) fn stderr(&self, pid: i64) -> Result<Log, Status> {
        self.with(pid, |entry| entry.stderr.clone())
    }

    /// Sends a signal to a process that still runs; its number may be another's afterwards.
    pub(crate) fn signal(&self, pid: i64, number: i64) -> Result<Process, Status> {
        let process = self.get(pid)?;
        if process.state != i32::from(ProcessState::Running) {
            return Err(unknown("the process has ended"));
        }
        let signal = i32::try_from(number).ok().and_then(Signal::from_named_raw);
        let target = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let (Some(signal), Some(target)) = (signal, target) else {
            return Err(unknown(format!("there is no signal {number}")));
        };
        kill_process(target, signal)
            .map_err(|e| unknown(format!("the signal was not sent: {e}")))?;
        Ok(process)
    }
}

/// The end of a process in the words of Go's `os/exec`, which clients read.
fn ended(status: ExitStatus) -> (ProcessState, i64, String) {
    match (status.code(), status.signal()) {
        (Some(0), _) => (ProcessState::Succeeded, 0, String::new()),
        (Some(code), _) => (
            ProcessState::Failed,
            i64::from(code),
            format!("exit status {code}"),
        ),
        (None, signal) => {
            let name = signal.map_or_else(String::new, signal_name);
            (ProcessState::Failed, -1, format!("signal: {name}"))
        }
    }
}

fn signal_name(number: i32) -> String {
    let name = match number {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        10 => "user defined signal 1",
        11 => "segmentation fault",
        12 => "user defined signal 2",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        other => return format!("signal {other}"),
    };
    name.into()
}
