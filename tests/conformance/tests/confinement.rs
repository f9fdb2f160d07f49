//! Pods that try what they must not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::process::{Child, Command};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kanister_conformance::{Confinement, start};
use kube::api::{Api, AttachParams, LogParams, PostParams};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_devcluster-alone");

fn pod(name: &str, script: &str) -> Pod {
    serde_json::from_value(json!({"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": "host", "command": ["sh", "-c", script]}]}}))
    .unwrap()
}

/// Runs a script in a pod to its end and returns what it printed.
async fn run(pods: &Api<Pod>, name: &str, script: &str) -> String {
    pods.create(&PostParams::default(), &pod(name, script))
        .await
        .unwrap();
    let mut found = None;
    for _ in 0..600 {
        let status = pods.get(name).await.unwrap().status;
        let phase = status
            .as_ref()
            .and_then(|status| status.phase.clone())
            .unwrap_or_default();
        if matches!(phase.as_str(), "Succeeded" | "Failed") {
            let text = pods.logs(name, &LogParams::default()).await;
            found = Some(text.unwrap_or_else(|error| panic!("{error}: {status:?}")));
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    found.unwrap_or_else(|| panic!("the pod {name} did not end"))
}

/// A process outside of the cluster that a pod might want to kill.
struct Bystander(Child);

impl Bystander {
    fn start() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What a script in a pod finds out: whether it could read the home, the state and another pod's
/// files, whether it could write where it may, and whether the bystander is still alive.
async fn attempts(confinement: Confinement) -> (String, bool) {
    let home = tempfile::Builder::new()
        .prefix(".devcluster-test-")
        .tempdir_in(std::env::home_dir().unwrap())
        .unwrap();
    // Readable for everybody, so that only the confinement protects it.
    let open = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    };
    open(home.path());
    let private = home.path().join("private");
    std::fs::write(&private, "private").unwrap();
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let cluster = start(folder.path(), PROGRAM, confinement).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster.client(), "default");
    let state = folder.path().join("state");
    let neighbour = pods
        .create(
            &PostParams::default(),
            &pod("neighbour", "echo theirs > tmp/theirs; sleep 600"),
        )
        .await
        .unwrap();
    let uid = neighbour.metadata.uid.unwrap();
    let theirs = state.join(format!("node/pods/{uid}/main/root/tmp/theirs"));
    for _ in 0..400 {
        if theirs.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(theirs.exists(), "the neighbour did not start");
    let journal = std::fs::read_dir(state.join("store"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .find(|path| path.display().to_string().contains("journal"))
        .unwrap();
    open(&journal);
    open(&theirs);
    let mut bystander = Bystander::start();
    let script = format!(
        "exec 2>/dev/null; cat {private} >/dev/null && echo home; cat {theirs} >/dev/null && echo neighbour; \
         head -c 1 {journal} >/dev/null && echo state; ls {home} >/dev/null && echo list; \
         touch {home}/new && echo write; kill -9 {bystander} && echo killed; \
         cat /proc/{cluster}/environ >/dev/null && echo environment; \
         echo own > tmp/own && cat tmp/own; true",
        private = private.display(),
        theirs = theirs.display(),
        journal = journal.display(),
        home = home.path().display(),
        bystander = bystander.0.id(),
        cluster = std::process::id(),
    );
    let said = run(&pods, "hostile", &script).await;
    let alive = bystander.is_alive();
    cluster.shutdown().await;
    (said, alive)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_reaches_nothing_outside() {
    assert_eq!(
        attempts(Confinement::Best).await,
        ("own\n".to_owned(), true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_reaches_nothing_outside_by_landlock_alone() {
    assert_eq!(
        attempts(Confinement::Landlock).await,
        ("own\n".to_owned(), true)
    );
}

/// The same attempts succeed where nothing prevents them: they are no empty threat.
#[tokio::test(flavor = "multi_thread")]
async fn without_confinement_it_would_reach_all_of_it() {
    let (said, alive) = attempts(Confinement::None).await;
    for word in [
        "home",
        "neighbour",
        "state",
        "list",
        "write",
        "killed",
        "own",
    ] {
        assert!(
            said.lines().any(|line| line == word),
            "{word} is not in {said:?}"
        );
    }
    assert!(!alive);
}

/// What a pod that plants links finds: they would lead the cluster itself, which may do more than
/// the pod, to files of the machine.
async fn planted(confinement: Confinement) {
    let home = tempfile::tempdir_in(std::env::home_dir().unwrap()).unwrap();
    let (victim, target) = (home.path().join("victim"), home.path().join("target"));
    std::fs::write(&victim, "private").unwrap();
    std::fs::create_dir(&target).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    open(folder.path());
    let cluster = start(folder.path(), PROGRAM, confinement).await.unwrap();
    let pods: Api<Pod> = Api::namespaced(cluster.client(), "default");
    let plant = format!(
        "test -e vol/second && exec sleep 600; touch vol/second; mv tmp old; ln -s {target} tmp; \
         mv dev olddev; mkdir dev; ln -s {victim} dev/null; mkdir say; ln -s {home} say/here; exit 3",
        target = target.display(),
        victim = victim.display(),
        home = home.path().display(),
    );
    let leak = format!("ln -s {} vol/leak", home.path().display());
    let container = |name: &str, script: &str, mount: &serde_json::Value| {
        json!({"name": name, "image": "host", "command": ["sh", "-c", script],
            "terminationMessagePath": "/say/here/victim", "volumeMounts": [mount]})
    };
    let whole = json!({"name": "vol", "mountPath": "/vol"});
    let outside = |part: &str| json!({"name": "vol", "mountPath": "/part", "subPath": part});
    let upwards = json!({"name": "vol", "mountPath": "/../../up"});
    for (name, containers, before) in [
        ("restarted", container("main", &plant, &whole), None),
        (
            "part",
            container("main", "ls part", &outside("leak")),
            Some(&leak),
        ),
        (
            "new-part",
            container("main", "ls part", &outside("leak/new")),
            Some(&leak),
        ),
        ("upwards", container("main", "true", &upwards), None),
    ] {
        let first: Vec<_> = before
            .iter()
            .map(|script| container("first", script, &whole))
            .collect();
        let pod = json!({"metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 0,
            "initContainers": first, "containers": [containers], "volumes": [{"name": "vol", "emptyDir": {}}]}});
        let pod: Pod = serde_json::from_value(pod).unwrap();
        pods.create(&PostParams::default(), &pod).await.unwrap();
        let mut seen = serde_json::Value::Null;
        for _ in 0..400 {
            let status = pods.get_status(name).await.unwrap().status.unwrap();
            seen = serde_json::to_value(status.container_statuses.unwrap_or_default()).unwrap();
            let main = &seen[0];
            let refused = main["state"]["waiting"]["reason"] == "CreateContainerConfigError"
                || main["lastState"]["terminated"]["reason"] == "StartError";
            let again = name == "restarted"
                && main["restartCount"] == 1
                && main["state"]["running"].is_object();
            if again || (name != "restarted" && refused) {
                break;
            }
            seen = json!({"not yet": seen});
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(seen.is_array(), "{name}: {seen}");
        assert!(!seen.to_string().contains("private"), "{name}: {seen}");
    }
    cluster.shutdown().await;
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "private");
    let mut names: Vec<_> = std::fs::read_dir(home.path())
        .unwrap()
        .map(|item| item.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["target", "victim"]);
    use std::os::unix::fs::MetadataExt as _;
    let (own, theirs) = (home.path().metadata().unwrap(), target.metadata().unwrap());
    assert_eq!((theirs.uid(), theirs.mode() & 0o1022), (own.uid(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_pod_do_not_lead_the_cluster_astray() {
    planted(Confinement::Best).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_pod_do_not_lead_the_cluster_astray_by_landlock_alone() {
    planted(Confinement::Landlock).await;
}

/// The processes whose command line contains `mark`.
fn processes(mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(item.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(mark) {
            found.push(line);
        }
    }
    found
}

async fn until_none(mark: &str) {
    for _ in 0..400 {
        if processes(mark).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("still there: {:?}", processes(mark));
}

/// Daemons that tried to get away, marked by the odd number of seconds that they sleep.
fn daemons(mark: u32) -> String {
    format!(
        "(setsid sleep {mark} & ) ; nohup setsid sh -c 'trap \"\" TERM HUP INT; sleep {mark} & sleep {mark}' >/dev/null 2>&1 & trap '' TERM; sleep {mark} & sleep {mark}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_the_end_of_the_cluster() {
    for (mark, confinement) in [
        (864_201, Confinement::Best),
        (864_202, Confinement::Landlock),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let cluster = start(folder.path(), PROGRAM, confinement).await.unwrap();
        let pods: Api<Pod> = Api::namespaced(cluster.client(), "default");
        pods.create(&PostParams::default(), &pod("daemon", &daemons(mark)))
            .await
            .unwrap();
        let text = format!("sleep {mark}");
        for _ in 0..400 {
            if processes(&text).len() >= 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert!(processes(&text).len() >= 4, "{:?}", processes(&text));
        let escape = format!("setsid sleep {mark} >/dev/null 2>&1 &");
        let mut left = pods
            .exec("daemon", ["sh", "-c", &escape], &AttachParams::default())
            .await
            .unwrap();
        let status = left.take_status().unwrap().await.unwrap();
        assert_eq!(status.status.as_deref(), Some("Success"));
        cluster.shutdown().await;
        until_none(&text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_the_murder_of_the_cluster() {
    for (mark, flag) in [(864_203, None), (864_204, Some("--no-namespaces"))] {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("kubeconfig");
        let mut alone = Command::new(PROGRAM)
            .arg("--state")
            .arg(folder.path().join("state"))
            .arg("--kubeconfig")
            .arg(&socket)
            .args(flag)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..400 {
            if socket.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = kube::config::Kubeconfig::read_from(&socket).unwrap();
        let config = kube::Config::from_custom_kubeconfig(
            config,
            &kube::config::KubeConfigOptions::default(),
        )
        .await
        .unwrap();
        let pods: Api<Pod> = Api::namespaced(kube::Client::try_from(config).unwrap(), "default");
        pods.create(&PostParams::default(), &pod("daemon", &daemons(mark)))
            .await
            .unwrap();
        let text = format!("sleep {mark}");
        for _ in 0..400 {
            if processes(&text).len() >= 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert!(processes(&text).len() >= 4, "{:?}", processes(&text));
        alone.kill().unwrap();
        alone.wait().unwrap();
        until_none(&text).await;
    }
}
