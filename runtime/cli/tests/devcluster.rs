//! `kanister devcluster` as a user starts it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A cluster that does not outlive its test.
struct Cluster(Child);

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn kanister(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kanister"));
    command
        .args(["devcluster", "--state"])
        .arg(folder.join("state"))
        .arg("--socket")
        .arg(folder.join("socket"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// What the cluster answers to one request.
fn ask(folder: &Path, method: &str, path: &str, body: &str) -> String {
    let mut stream = UnixStream::connect(folder.join("socket")).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_runs_pods_and_ends_with_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut cluster = Cluster(kanister(folder).spawn().unwrap());
    let mut said = String::new();
    let mut output = BufReader::new(cluster.0.stdout.take().unwrap());
    while !said.contains("export KUBECONFIG=") {
        assert_ne!(output.read_line(&mut said).unwrap(), 0, "it ended: {said}");
    }
    assert!(
        said.contains("Kubernetes API at https://127.0.0.1:"),
        "{said}"
    );
    let kubeconfig = folder.join("state/kubeconfig");
    assert!(said.contains(&kubeconfig.display().to_string()), "{said}");
    assert!(kubeconfig.is_file());

    let pods = "/api/v1/namespaces/default/pods";
    let pod = r#"{"metadata": {"name": "p"}, "spec": {"restartPolicy": "Never",
        "containers": [{"name": "main", "image": "host", "command": ["echo", "from the pod"]}]}}"#;
    let made = ask(folder, "POST", pods, pod);
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let start = Instant::now();
    loop {
        let found = ask(folder, "GET", &format!("{pods}/p"), "");
        if found.contains(r#""phase":"Succeeded""#) {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{found}");
        std::thread::sleep(Duration::from_millis(25));
    }
    let log = ask(folder, "GET", &format!("{pods}/p/log"), "");
    assert!(log.contains("from the pod\n"), "{log}");
    // Kanister's own resources are there from the start.
    let sets = "/apis/cr.kanister.io/v1alpha1/namespaces/default/actionsets";
    let sets = ask(folder, "GET", sets, "");
    assert!(sets.contains(r#""kind":"ActionSetList""#), "{sets}");

    let id = cluster.0.id().to_string();
    let asked = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(asked.success());
    let ended = cluster.0.wait().unwrap();
    assert!(ended.success(), "{ended}");
    assert!(!folder.join("socket").exists());
}

#[test]
fn it_says_why_it_cannot_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), "a file, not a directory").unwrap();
    let output = kanister(folder.path()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("state directory"), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}
