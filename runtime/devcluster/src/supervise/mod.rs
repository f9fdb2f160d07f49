//! The supervisor: the parent of a container's processes, a process of its own.
//!
//! It makes the container's view of the machine, starts the process in it, passes its exit code on,
//! and ends everything below it when the cluster is gone, however the cluster ended: then the
//! socket to it is closed.

mod attend;
mod confine;
mod frame;
mod plan;
mod view;

use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitCode, Stdio};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

pub(crate) use confine::has_landlock;
pub(crate) use frame::Frame;
pub(crate) use plan::{Isolation, Mount, Plan};
pub(crate) use view::IMAGE;

/// Runs as the supervisor of one process; standard input is the socket to the cluster.
///
/// To be called at the very start of a program that is named as the cluster's supervisor, before any
/// thread is started.
#[must_use]
pub fn supervise() -> ExitCode {
    let Ok(control) = std::io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .map(UnixStream::from)
    else {
        return ExitCode::FAILURE;
    };
    match run(&control) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody hears it, nobody is there to act on it.
            let _ = Frame::Failed(error.to_string()).write(&mut &control);
            ExitCode::FAILURE
        }
    }
}

fn run(control: &UnixStream) -> std::io::Result<()> {
    let Frame::Plan(text) = Frame::read(&mut &*control)? else {
        return Err(std::io::Error::other("the first message is no plan"));
    };
    let plan: Plan = serde_json::from_slice(&text)?;
    let joined = match (plan.isolation, plan.join) {
        (Isolation::Namespaces, Some(process)) => {
            view::join(&plan, process)?;
            true
        }
        (Isolation::Namespaces, None) => {
            view::build(&plan)?;
            false
        }
        _ => false,
    };
    nix::sys::prctl::set_child_subreaper(true)?;
    let mut command = command(&plan)?;
    confine::prepare(&mut command, &plan, joined)?;
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let program = plan.command.first().map(String::as_str).unwrap_or_default();
            let text = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    format!("exec: {program:?}: executable file not found in $PATH")
                }
                _ => format!("exec: {program:?}: {error}"),
            };
            return Frame::Failed(text).write(&mut &*control);
        }
    };
    // Only the child holds the ends of the output from here on.
    let process = Pid::from_raw(i32::try_from(child.id()).map_err(std::io::Error::other)?);
    Frame::Started(process.as_raw()).write(&mut &*control)?;
    // With namespaces, the kernel ends everything with the container's first process, and process
    // ids in `/proc` are not those of this process.
    let inside = plan.isolation == Isolation::Namespaces;
    let status = attend::attend(control, &mut child, inside)?;
    // Only within namespaces can what a command left behind live on in its container: elsewhere
    // nobody would end it later.
    if plan.join.is_none() || !inside {
        end_all(process, inside);
    }
    let code = status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Frame::Exited(code).write(&mut &*control)
}

fn command(plan: &Plan) -> std::io::Result<Command> {
    let (program, arguments) = plan
        .command
        .split_first()
        .ok_or_else(|| std::io::Error::other("there is no command"))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(plan.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&plan.directory)
        .stdin(if plan.stdin {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .process_group(0);
    Ok(command)
}

/// Kills the process, its group, and everything that came from it; this process is the parent of
/// whatever lost its own.
fn end_all(process: Pid, inside: bool) {
    // Errors say that there is nobody left.
    let _ = killpg(process, Signal::SIGKILL);
    if inside {
        return;
    }
    loop {
        let children = view::children();
        if children.is_empty() {
            return;
        }
        for child in children {
            let _ = kill(child, Signal::SIGKILL);
            let _ = nix::sys::wait::waitpid(child, Some(nix::sys::wait::WaitPidFlag::WNOHANG));
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
