//! The cluster of an ordinary user: its pods are of the same user, so nothing but the confinement
//! keeps them from what is theirs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kanister_conformance::Alone;
use kube::api::{Api, LogParams, PostParams};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_devcluster-alone");
/// As whom the cluster runs where root runs the tests.
const NOBODY: u32 = 65_534;

/// The user of the cluster, if it is not the one of this test.
fn other() -> Option<u32> {
    let own = std::fs::metadata("/proc/self").unwrap();
    (own.uid() == 0).then_some(NOBODY)
}

fn give(path: &Path, mode: u32) {
    if let Some(user) = other() {
        chown(path, Some(user), Some(user)).unwrap();
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A directory of the user that nobody else may enter, and what the user wants to keep private.
fn private(folder: &Path, name: &str) -> PathBuf {
    let home = folder.join(name);
    std::fs::create_dir(&home).unwrap();
    give(&home, 0o700);
    let file = home.join("private");
    std::fs::write(&file, "private").unwrap();
    give(&file, 0o600);
    file
}

/// A process of the same user.
struct Bystander(Child);

impl Bystander {
    fn start() -> Self {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new("sleep");
        if let Some(user) = other() {
            command.uid(user).gid(user);
        }
        Self(command.arg("600").spawn().unwrap())
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn start(folder: &Path, flags: &[&str]) -> Alone {
    // Where the tests are built, the other user may not be allowed to look.
    let program = folder.join("devcluster");
    // By another process: a child of another test that starts at this moment would inherit what this
    // process has open for writing, and such a file cannot be run.
    let mut copy = Command::new("cp");
    copy.arg(PROGRAM).arg(&program);
    assert!(copy.status().unwrap().success());
    give(&program, 0o755);
    let mut command = tokio::process::Command::new(&program);
    if let Some(user) = other() {
        command.uid(user).gid(user);
    }
    command.current_dir(folder).env("HOME", folder.join("home"));
    Alone::run(command, folder, flags).await.unwrap()
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("gave up waiting for {what}");
}

fn pod(name: &str, script: &str) -> Pod {
    serde_json::from_value(json!({"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": "host", "command": ["sh", "-c", script]}]}}))
    .unwrap()
}

/// What a pod could do to its user, as it says itself, and whether the bystander still lives.
async fn attempts(flags: &[&str]) -> (String, bool) {
    let folder = tempfile::tempdir().unwrap();
    give(folder.path(), 0o755);
    let home = private(folder.path(), "home");
    let cluster = start(folder.path(), flags).await;
    let mut bystander = Bystander::start();
    let pods: Api<Pod> = Api::namespaced(cluster.client().await.unwrap(), "default");
    let neighbour = pod("neighbour", "echo theirs > tmp/theirs; sleep 600");
    let made = pods.create(&PostParams::default(), &neighbour).await;
    let uid = made.unwrap().metadata.uid.unwrap();
    let state = folder.path().join("state");
    let theirs = state.join(format!("node/pods/{uid}/main/root/tmp/theirs"));
    until("the neighbour", async || theirs.exists().then_some(())).await;
    let script = format!(
        "exec 2>/dev/null; cat {home} >/dev/null && echo home; cat {theirs} >/dev/null && echo neighbour; \
         cat {state}/credentials.json >/dev/null && echo state; ls {folder} >/dev/null && echo list; \
         touch {folder}/home/new && echo write; kill -9 {bystander} && echo killed; \
         cat /proc/{cluster}/environ >/dev/null && echo environment; echo own > tmp/own && cat tmp/own; true",
        home = home.display(),
        theirs = theirs.display(),
        state = state.display(),
        folder = folder.path().display(),
        bystander = bystander.0.id(),
        cluster = cluster.id().unwrap(),
    );
    let hostile = pod("hostile", &script);
    pods.create(&PostParams::default(), &hostile).await.unwrap();
    until("the end of the pod", async || {
        let status = pods.get("hostile").await.unwrap().status?;
        matches!(status.phase?.as_str(), "Succeeded" | "Failed").then_some(())
    })
    .await;
    let said = pods.logs("hostile", &LogParams::default()).await.unwrap();
    (said, bystander.0.try_wait().unwrap().is_none())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_reaches_nothing_of_its_user() {
    assert_eq!(attempts(&[]).await, ("own\n".to_owned(), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_reaches_nothing_of_its_user_by_landlock_alone() {
    let found = attempts(&["--no-namespaces"]).await;
    assert_eq!(found, ("own\n".to_owned(), true));
}

/// The same attempts are no empty threat.
#[tokio::test(flavor = "multi_thread")]
async fn without_confinement_it_reaches_all_of_it() {
    let (said, alive) = attempts(&["--unconfined"]).await;
    let words: Vec<&str> = said.lines().collect();
    let all = [
        "home",
        "neighbour",
        "state",
        "list",
        "write",
        "killed",
        "environment",
        "own",
    ];
    assert_eq!((words.as_slice(), alive), (all.as_slice(), false));
}
