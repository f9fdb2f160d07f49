//! One command in one container.

use kanister_sdk::phase_output::PhaseOutput;
use kanister_sdk::pod::{Exit, OutputStream, Process};
use kanister_sdk::prelude::*;
use kanister_sdk::tail::Tail;

/// A command and where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    pub namespace: &'a str,
    pub pod: &'a str,
    /// None: the only one of the pod.
    pub container: Option<&'a str>,
    pub argv: &'a [String],
}

/// A command that was started.
pub struct Running<'a> {
    command: Command<'a>,
    process: Process,
}

impl<'a> Command<'a> {
    pub fn validate(&self) -> Result<(), Invalid> {
        if self.argv.is_empty() {
            return Err(Invalid::new("command", "names no program"));
        }
        Ok(())
    }

    pub fn access(&self) -> Access {
        access::exec(self.namespace, Some(self.pod), self.container, self.argv)
    }

    pub fn start(&self, cx: &Context) -> Result<Running<'a>> {
        let mut pod = cx.pod(self.namespace, self.pod);
        if let Some(container) = self.container {
            pod = pod.container(container);
        }
        let nothing = Tail::default();
        let process = pod
            .exec(self.argv)
            .map_err(|failure| told(failure, &nothing, &nothing))?;
        Ok(Running {
            command: *self,
            process,
        })
    }

    fn log(&self, cx: &Context, stream: &str, line: &str) {
        let container = self.container.unwrap_or_default();
        let fields = [
            ("pod", self.pod),
            ("container", container),
            ("stream", stream),
        ];
        cx.log(Level::Info, line, &fields);
    }

    /// Kubernetes cannot end a command whose connection is lost, so it must not be started
    /// again as if nothing had happened.
    fn lost(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Retryable(cause) => {
                let program = self.argv.first().map(String::as_str).unwrap_or_default();
                Failure::permanent(format!(
                    "{}; {program} may still be running in pod {}/{}",
                    cause.message, self.namespace, self.pod
                ))
                .with_code(cause.code)
            }
            other => other,
        }
    }
}

impl Running<'_> {
    /// Follows the command to its end and takes the outputs from what it prints.
    pub fn finish(self, cx: &Context) -> Result<Output> {
        let Self { command, process } = self;
        let (mut stdout, mut stderr) = (Tail::default(), Tail::default());
        // Standard error holds no outputs, but it is cut into lines of log the same way.
        let (mut outputs, mut errors) = (PhaseOutput::new(), Lines::default());
        let mut followed = Ok(());
        let ended = loop {
            match process.next() {
                Ok(Some(piece)) => match piece.origin {
                    OutputStream::Stdout => {
                        stdout.push(&piece.data);
                        // After an output that is none the command still runs to its end.
                        if followed.is_ok() {
                            followed = outputs.push(&piece.data, &mut |line| {
                                command.log(cx, "stdout", line);
                            });
                        }
                    }
                    OutputStream::Stderr => {
                        stderr.push(&piece.data);
                        errors.push(&piece.data, &mut |line| command.log(cx, "stderr", line));
                    }
                },
                Ok(None) => break process.wait(),
                Err(failure) => break Err(failure),
            }
        };
        errors.finish(&mut |line| command.log(cx, "stderr", line));
        let exit = ended.map_err(|failure| told(command.lost(failure), &stdout, &stderr))?;
        check(&exit).map_err(|failure| told(failure, &stdout, &stderr))?;
        followed?;
        outputs.finish(&mut |line| command.log(cx, "stdout", line))
    }
}

fn check(exit: &Exit) -> Result<()> {
    match exit {
        Exit::Code(0) => Ok(()),
        Exit::Code(code) => Err(Failure::permanent(format!(
            "command terminated with exit code {code}"
        ))),
        Exit::Signal(signal) => Err(Failure::permanent(format!(
            "command terminated with signal {signal}"
        ))),
    }
    .map_err(|failure| failure.with_code("command-failed"))
}

/// The message that users know, with the end of both streams.
fn told(mut failure: Failure, stdout: &Tail, stderr: &Tail) -> Failure {
    if let Failure::Retryable(cause) | Failure::Permanent(cause) = &mut failure {
        cause.message = format!(
            "Failed to exec command in pod: {}.\nstdout: {}\nstderr: {}",
            cause.message,
            stdout.text(),
            stderr.text()
        );
    }
    failure
}

/// Cuts a stream into lines.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    const LONGEST: usize = 64 * 1024;

    fn push(&mut self, piece: &[u8], line: &mut dyn FnMut(&str)) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(part);
            if part.ends_with(b"\n") || self.0.len() > Self::LONGEST {
                self.finish(line);
            }
        }
    }

    fn finish(&mut self, line: &mut dyn FnMut(&str)) {
        let whole = std::mem::take(&mut self.0);
        let text = String::from_utf8_lossy(&whole);
        if !text.trim().is_empty() {
            line(text.trim_end());
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn call(function: &str, args: &str) -> Call {
        Call {
            function: function.into(),
            version: "0.0.0".into(),
            args: args.into(),
            params: "{}".into(),
            extensions: vec![],
        }
    }

    const COMMAND: Command<'_> = Command {
        namespace: "shop",
        pod: "db-0",
        container: None,
        argv: &[],
    };

    fn message(failure: Failure) -> String {
        match failure {
            Failure::Permanent(cause) | Failure::Retryable(cause) => cause.message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_failed_command_is_told_as_users_know_it() {
        let (mut stdout, mut stderr) = (Tail::default(), Tail::default());
        stdout.push(b"to stdout\n");
        stderr.push(b"to stderr\n");
        let failure = told(check(&Exit::Code(3)).unwrap_err(), &stdout, &stderr);
        assert_eq!(
            message(failure),
            "Failed to exec command in pod: command terminated with exit code 3.\n\
             stdout: to stdout\nstderr: to stderr"
        );
        assert_eq!(check(&Exit::Code(0)), Ok(()));
    }

    #[test]
    fn a_lost_connection_is_no_reason_to_run_a_command_twice() {
        let lost = COMMAND.lost(Failure::retryable("the connection ended").with_code("truncated"));
        let Failure::Permanent(cause) = lost else {
            panic!("{lost:?}")
        };
        assert_eq!(cause.code, "truncated");
        assert!(
            cause
                .message
                .contains("may still be running in pod shop/db-0")
        );
    }

    #[test]
    fn lines_are_put_together_before_they_are_logged() {
        let (mut lines, mut seen) = (Lines::default(), Vec::new());
        let mut log = |line: &str| seen.push(line.to_owned());
        lines.push(b"half ", &mut log);
        lines.push(b"a line\n\nnext", &mut log);
        lines.finish(&mut log);
        assert_eq!(seen, ["half a line", "next"]);
    }
}
