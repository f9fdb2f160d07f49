//! Waiting for the process and for the cluster at once, in one thread: a process that has given
//! itself a process namespace for its children cannot start threads.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdin, ExitStatus};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{PidfdFlags, pidfd_open};

use super::{Frame, end_all};

/// What a pipe that can be written to takes without making the writer wait (PIPE_BUF).
const PIECE: usize = 4096;

/// The standard input of the process and what it has not taken yet.
struct Input {
    pipe: Option<ChildStdin>,
    waiting: VecDeque<Vec<u8>>,
    ended: bool,
}

impl Input {
    fn close_if_done(&mut self) {
        if self.ended && self.waiting.is_empty() {
            self.pipe = None;
        }
    }

    /// Writes one piece; how many messages are finished by that.
    fn push(&mut self) -> usize {
        let (Some(pipe), Some(bytes)) = (&mut self.pipe, self.waiting.front_mut()) else {
            return 0;
        };
        let piece = bytes.get(..PIECE.min(bytes.len())).unwrap_or_default();
        match pipe.write(piece) {
            Ok(count) => {
                bytes.drain(..count);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return 0,
            Err(_) => {
                // The process reads no more; what is left is taken by nobody.
                self.pipe = None;
                return std::mem::take(&mut self.waiting).len();
            }
        }
        if bytes.is_empty() {
            self.waiting.pop_front();
            return 1;
        }
        0
    }
}

/// Does what the cluster says until the process has ended; when the cluster is gone, ends the
/// process and this program.
pub(super) fn attend(
    control: &UnixStream,
    child: &mut Child,
    inside: bool,
) -> io::Result<ExitStatus> {
    let process = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    let ended = pidfd_open(rustix::process::Pid::from_child(child), PidfdFlags::empty())?;
    let mut input = Input {
        pipe: child.stdin.take(),
        waiting: VecDeque::new(),
        ended: false,
    };
    loop {
        let (mut has_ended, mut has_message, mut takes_input) = (false, false, false);
        {
            let mut watched = vec![
                PollFd::new(&ended, PollFlags::IN),
                PollFd::new(control, PollFlags::IN),
            ];
            if let (Some(pipe), false) = (&input.pipe, input.waiting.is_empty()) {
                watched.push(PollFd::new(pipe, PollFlags::OUT));
            }
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => continue,
                result => result?,
            };
            let mut happened = watched.iter().map(|one| !one.revents().is_empty());
            has_ended |= happened.next().unwrap_or_default();
            has_message |= happened.next().unwrap_or_default();
            takes_input |= happened.next().unwrap_or_default();
        }
        if has_ended {
            return child.wait();
        }
        if takes_input {
            for _ in 0..input.push() {
                Frame::Taken.write(&mut &*control)?;
            }
            input.close_if_done();
        }
        if !has_message {
            continue;
        }
        match Frame::read(&mut &*control) {
            Ok(Frame::Input(bytes)) if input.pipe.is_some() && !bytes.is_empty() => {
                input.waiting.push_back(bytes)
            }
            Ok(Frame::Input(_)) => Frame::Taken.write(&mut &*control)?,
            Ok(Frame::InputEnd) => {
                input.ended = true;
                input.close_if_done();
            }
            Ok(Frame::Signal(number)) => {
                if let Ok(signal) = Signal::try_from(number) {
                    // It has not been waited for, so the id is still its own.
                    let _ = kill(process, signal);
                }
            }
            Ok(_) => {}
            Err(_) => {
                let _ = kill(process, Signal::SIGKILL);
                end_all(process, inside);
                std::process::exit(1);
            }
        }
    }
}
