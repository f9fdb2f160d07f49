//! Commands in containers.

use crate::bindings::kanister::kube::exec;
pub use crate::bindings::kanister::kube::types::PodRef;
use crate::bytes::{self, Source};
use crate::context::Context;
use crate::failure::{Explain, Result};
use crate::types::Failure;
pub use exec::{Exit, OutputStream};

/// One container of a pod.
#[derive(Debug, Clone, PartialEq)]
pub struct Pod(pub PodRef);

impl Context {
    /// The pod `name`, with its default container.
    #[must_use]
    pub fn pod(&self, namespace: &str, name: &str) -> Pod {
        Pod(PodRef {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            container: None,
        })
    }
}

impl Pod {
    /// Another container of the pod.
    #[must_use]
    pub fn container(mut self, name: &str) -> Self {
        self.0.container = Some(name.to_owned());
        self
    }

    /// Starts a command, without a shell.
    ///
    /// # Errors
    /// Denied, or it cannot be started.
    pub fn exec<A: AsRef<str>>(&self, argv: &[A]) -> Result<Process> {
        self.exec_with(argv, None)
    }

    /// Starts a command that reads `stdin`. If that source ends in an error, the command sees
    /// a broken connection, never a clean end.
    ///
    /// # Errors
    /// Denied, or it cannot be started.
    pub fn exec_with<A: AsRef<str>>(&self, argv: &[A], stdin: Option<Source>) -> Result<Process> {
        let argv: Vec<String> = argv.iter().map(|part| part.as_ref().to_owned()).collect();
        let program = argv.first().cloned().unwrap_or_default();
        let inner = exec::spawn(&self.0, &argv, stdin)?;
        Ok(Process { inner, program })
    }
}

/// A running command.
#[derive(Debug)]
pub struct Process {
    inner: exec::Process,
    program: String,
}

/// What a command printed until its end, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Its end.
    pub exit: Exit,
}

impl Process {
    /// Standard output, to be read or handed on.
    ///
    /// # Errors
    /// It was taken before.
    pub fn take_stdout(&self) -> Result<Source> {
        self.inner.stdout().ok_or_else(|| {
            Failure::permanent(format!(
                "standard output of {} was taken before",
                self.program
            ))
        })
    }

    /// The next piece of either stream; none at the end.
    ///
    /// # Errors
    /// The connection broke, or standard output was taken.
    pub fn next(&self) -> Result<Option<exec::Output>> {
        Ok(self.inner.next()?)
    }

    /// Blocks until the command has ended.
    ///
    /// # Errors
    /// The connection broke before the end.
    pub fn wait(&self) -> Result<Exit> {
        Ok(self.inner.wait()?)
    }

    /// Blocks until the command has ended with 0.
    ///
    /// # Errors
    /// `command-failed` with the end of standard error; the connection broke.
    pub fn success(&self) -> Result<()> {
        let exit = self.wait()?;
        check_exit(&self.program, &exit, &self.inner.stderr_tail())
    }

    /// Everything it prints until its end, at most `limit` bytes.
    ///
    /// # Errors
    /// The connection broke before the end; it printed more.
    pub fn finish(self, limit: usize) -> Result<Finished> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        while let Some(exec::Output { origin, data }) = self.next()? {
            if stdout.len() + stderr.len() + data.len() > limit {
                let message = format!("{} printed more than {limit} bytes", self.program);
                return Err(Failure::permanent(message).with_code("quota-exceeded"));
            }
            match origin {
                OutputStream::Stdout => stdout.extend(data),
                OutputStream::Stderr => stderr.extend(data),
            }
        }
        let exit = self.wait()?;
        Ok(Finished {
            stdout,
            stderr,
            exit,
        })
    }

    /// What it prints to standard output, once it has ended with 0; at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Process::success`]; it printed more.
    pub fn stdout(self, limit: usize) -> Result<Vec<u8>> {
        let printed = bytes::read_all(&self.take_stdout()?, limit).explain(&self.program)?;
        self.success()?;
        Ok(printed)
    }
}

impl Finished {
    /// Fails unless the command ended with 0.
    ///
    /// # Errors
    /// `command-failed` with the end of standard error.
    pub fn check(&self, program: &str) -> Result<()> {
        check_exit(program, &self.exit, &self.stderr)
    }
}

fn check_exit(program: &str, exit: &Exit, stderr: &[u8]) -> Result<()> {
    let ended = match exit {
        Exit::Code(0) => return Ok(()),
        Exit::Code(code) => format!("{program} ended with exit code {code}"),
        Exit::Signal(signal) => format!("{program} was ended by signal {signal}"),
    };
    let stderr = String::from_utf8_lossy(stderr);
    let last = stderr.trim_end();
    let message = if last.is_empty() {
        ended
    } else {
        format!("{ended}: {last}")
    };
    Err(Failure::permanent(message).with_code("command-failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exit_code_0_is_success() {
        assert_eq!(check_exit("pg_dump", &Exit::Code(0), b"a warning"), Ok(()));
        let Err(Failure::Permanent(cause)) = check_exit("pg_dump", &Exit::Code(3), b"no such db\n")
        else {
            panic!("exit code 3 is not success")
        };
        assert_eq!(cause.message, "pg_dump ended with exit code 3: no such db");
        assert!(check_exit("pg_dump", &Exit::Signal("KILL".into()), b"").is_err());
    }
}
