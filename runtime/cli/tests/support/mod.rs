//! The binary in a folder of its own, with one function that needs nothing.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by panicking, and each uses a part of this"
)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A Blueprint of three phases and a deferPhase, all of them greetings.
pub const GREETINGS: &str = r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: greetings}
actions:
  backup:
    outputArtifacts:
      letter:
        keyValue:
          text: "{{ .Phases.second.Output.greeting }}"
    phases:
    - func: Hello
      name: first
      args: {name: "{{ .Options.who }}"}
    - func: Hello
      name: second
      args: {name: "{{ .Phases.first.Output.greeting }}"}
    deferPhase:
      func: Hello
      name: last
      args: {name: defer}
  restore:
    inputArtifactNames: [letter]
    phases:
    - func: Hello
      name: again
      args: {name: "{{ .ArtifactsIn.letter.KeyValue.text }}"}
  delete:
    phases:
    - func: Hello
      name: gone
      args: {name: nobody}
"#;

/// A Deployment whose one pod waits.
pub const WEB: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: kanister-tools
        command: [sh, -c, "while true; do sleep 1; done"]
"#;

/// A folder with a plugin that has the function Hello, a Blueprint and a state directory.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        std::fs::copy(fixture(), plugins.join("hello.wasm")).unwrap();
        let place = Self { folder };
        place.write("blueprint.yaml", GREETINGS);
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path().join(file);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary, in this folder.
    pub fn kanister(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kanister"));
        command
            .args(args)
            .current_dir(self.path())
            // Compiled once for all tests.
            .env(
                "KANISTER_CACHE",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("components"),
            )
            .env("KANISTER_PLUGINS", self.path().join("plugins"))
            .env_remove("KANISTER_STATE")
            .env_remove("KUBECONFIG");
        command
    }

    pub fn output(&self, args: &[&str]) -> Output {
        self.kanister(args).output().unwrap()
    }

    pub fn succeeds(&self, args: &[&str]) -> String {
        self.ends(args, 0)
    }

    /// What it prints, if it ends with this code.
    pub fn ends(&self, args: &[&str], code: i32) -> String {
        let output = self.output(args);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{args:?}\n{out}\n{errors}"
        );
        assert!(!errors.contains("panicked"), "{errors}");
        format!("{out}{errors}")
    }

    /// The record of a run.
    pub fn record(&self, run: &str) -> Value {
        let path = self
            .path()
            .join(".kanister/runs")
            .join(run)
            .join("actionset.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// A cluster that outlives runs, in the state directory.
    pub fn cluster(&self) -> Running {
        self.cluster_with(&[])
    }

    /// The same with further options.
    pub fn cluster_with(&self, options: &[&str]) -> Running {
        let mut words = vec!["devcluster", "--state", ".kanister"];
        words.extend(options);
        let mut cluster = self.start(&words);
        cluster.wait_for("KUBECONFIG");
        cluster
    }

    /// Whether the embedded cluster has pods that functions made and did not delete, by what is on the
    /// disk. A deleted one is gone some moments after its object.
    pub fn has_helper_pods(&self) -> bool {
        let until = std::time::Instant::now() + Duration::from_secs(5);
        while self.helper_pods_on_disk() {
            if std::time::Instant::now() > until {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn helper_pods_on_disk(&self) -> bool {
        let pods = self.path().join(".kanister/node/pods");
        let folders = std::fs::read_dir(pods).into_iter().flatten().flatten();
        // Helper pods have one container, of this name.
        folders
            .map(|entry| entry.path().join("container"))
            .any(|container| container.exists())
    }

    /// Starts the binary and follows what it prints.
    pub fn start(&self, args: &[&str]) -> Running {
        let mut child = self
            .kanister(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        for pipe in [
            Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
            Box::new(child.stderr.take().unwrap()),
        ] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        let stdin = child.stdin.take();
        Running {
            child,
            stdin,
            lines,
            seen: Vec::new(),
        }
    }
}

/// The binary while it runs.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    /// Waits for a line that holds a text.
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => panic!("no line with {text:?} in {:#?}", self.seen),
            }
        }
    }

    /// Waits until it has printed so many lines, or ended.
    pub fn wait_for_lines(&mut self, count: usize) {
        while self.seen.len() < count {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => self.seen.push(line),
                Err(_) => return,
            }
        }
    }

    /// Sends a signal, if it has not ended.
    pub fn signal_if_alive(&self, name: &str) {
        let id = self.child.id().to_string();
        // Not waited for yet, so the number is still its own.
        let _ = Command::new("kill").args(["-s", name, &id]).status();
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn press_enter(&mut self) {
        writeln!(self.stdin.as_mut().unwrap()).unwrap();
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end: the exit code, and everything it printed.
    pub fn end(mut self) -> (Option<i32>, String) {
        drop(self.stdin.take());
        let status = self.child.wait().unwrap();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.seen.push(line);
        }
        (status.code(), self.seen.join("\n"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn fixture() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.unwrap()
        .join("tests/fixtures/contract-0.1.0/hello.wasm")
}
