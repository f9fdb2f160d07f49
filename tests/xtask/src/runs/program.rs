//! A program that runs beside, with its output in a file.

use anyhow::{Context as _, bail, ensure};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Between two looks at what a program wrote.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(20);

/// A program that runs; it is ended with this value.
pub struct Program {
    what: &'static str,
    child: Child,
}

impl Program {
    /// Starts a program; `what` names it in messages.
    pub fn start(what: &'static str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let output = File::create(log).with_context(|| log.display().to_string())?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("{what} cannot be started"))?;
        Ok(Self { what, child })
    }

    /// Waits until the program has written `text`.
    pub fn says(&mut self, log: &Path, text: &str, patience: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + patience;
        loop {
            let written = fs::read_to_string(log)?;
            if written.contains(text) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || Instant::now() > until {
                bail!("{} does not start:\n{written}", self.what);
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Shows the lines that are `wanted` until the program ends.
    pub fn follow(mut self, log: &Path, wanted: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let mut shown = 0;
        loop {
            let ended = self.child.try_wait()?;
            let written = fs::read(log)?;
            let new = written.get(shown..).unwrap_or_default();
            let whole = new
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let lines = String::from_utf8_lossy(new.get(..whole).unwrap_or_default()).into_owned();
            shown += whole;
            for line in lines.lines().filter(|line| wanted(line)) {
                println!("{line}");
            }
            if let Some(status) = ended {
                // 1: some cases differ.
                ensure!(
                    matches!(status.code(), Some(0 | 1)),
                    "{} broke ({status}):\n{}",
                    self.what,
                    String::from_utf8_lossy(&written)
                );
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Program {
    /// Asks the program to end, and makes it if it does not.
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let until = Instant::now() + if asked.is_ok() { GRACE } else { Duration::ZERO };
        while Instant::now() < until {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
