//! The transitions of one ActionSet, as they happen.

use std::io::{BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

/// Tells how often the status of an ActionSet has changed.
pub struct Transitions {
    watch: Child,
    told: Receiver<()>,
    seen: usize,
}

impl Transitions {
    /// Follows the objects that a command prints one after another.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn follow(mut command: Command) -> anyhow::Result<Self> {
        let mut watch = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = watch.stdout.take().context("no output")?;
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let mut before = None;
            for object in objects(output) {
                let state = object.get("status").cloned();
                if before.as_ref() != Some(&state) {
                    before = Some(state);
                    if tell.send(()).is_err() {
                        return;
                    }
                }
            }
        });
        Ok(Self {
            watch,
            told,
            seen: 0,
        })
    }

    /// Waits until so many were seen, the creation included. Answers whether they were.
    pub fn reach(&mut self, count: usize, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.seen < count {
            let left = until.saturating_duration_since(Instant::now());
            if self.told.recv_timeout(left).is_err() {
                return false;
            }
            self.seen += 1;
        }
        true
    }
}

impl Drop for Transitions {
    fn drop(&mut self) {
        let _ = self.watch.kill();
        let _ = self.watch.wait();
    }
}

/// JSON objects that follow each other without anything between them.
fn objects(text: impl Read) -> impl Iterator<Item = Value> {
    let stream = serde_json::Deserializer::from_reader(BufReader::new(text));
    stream.into_iter::<Value>().map_while(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_of_the_status_count() {
        let print = r#"printf '{} {"status":{"a":1}}{"status":{"a":1}}\n{"status":{"a":2}}'"#;
        let mut command = Command::new("sh");
        command.args(["-c", print]);
        let mut transitions = Transitions::follow(command).unwrap();
        assert!(transitions.reach(3, Duration::from_secs(10)));
        assert!(!transitions.reach(4, Duration::from_millis(200)));
    }
}
