//! Real `kubectl` against the embedded cluster. The program is `kubectl` on PATH, or that of KUBECTL.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const APPLICATION: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {a: b}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{name: c, configMap: {name: conf}}]
      containers:
      - name: main
        image: host
        command: [sh, -c, "echo hello; sleep 1000"]
        volumeMounts: [{name: c, mountPath: /conf}]
"#;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

struct Kubectl<'a>(&'a Path);

impl Kubectl<'_> {
    fn output(&self, arguments: &[&str], input: &str) -> Output {
        let program = std::env::var_os("KUBECTL").unwrap_or_else(|| "kubectl".into());
        let mut child = Command::new(&program)
            .args(arguments)
            .env("KUBECONFIG", self.0.join("kubeconfig"))
            .env("HOME", self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; this test needs kubectl 1.31 or later",
                    program.display()
                )
            });
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    fn run(&self, arguments: &[&str], input: &str) -> String {
        let output = self.output(arguments, input);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "kubectl {arguments:?}: {text}{errors}"
        );
        text
    }

    /// Runs a command and checks that its output contains `wanted`.
    fn says(&self, command: &str, wanted: &str) {
        let arguments: Vec<&str> = command.split(' ').collect();
        let text = self.run(&arguments, "");
        assert!(
            text.contains(wanted),
            "kubectl {command}: {wanted:?} is not in {text}"
        );
    }

    /// Runs a command that must fail, and checks what it says.
    fn refuses(&self, command: &str, wanted: &str) {
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = self.output(&arguments, "");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains(wanted),
            "kubectl {command}: {text}"
        );
    }
}

/// A running cluster in a directory of its own; nothing where there is no kubectl.
fn cluster() -> Option<(Server, tempfile::TempDir)> {
    let program = std::env::var_os("KUBECTL").unwrap_or_else(|| "kubectl".into());
    if Command::new(program)
        .arg("version")
        .arg("--client")
        .output()
        .is_err()
    {
        assert!(
            std::env::var_os("KANISTER_NO_SKIP").is_none(),
            "this test needs kubectl 1.31 or later on PATH, or in KUBECTL"
        );
        eprintln!("skipped: there is no kubectl on PATH");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let server = Server(
        Command::new(env!("CARGO_BIN_EXE_devcluster-alone"))
            .arg("--state")
            .arg(folder.path().join("state"))
            .arg("--kubeconfig")
            .arg(&kubeconfig)
            .stdout(Stdio::null())
            .spawn()
            .unwrap(),
    );
    for _ in 0..400 {
        if kubeconfig.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Some((server, folder))
}

#[test]
fn kubectl_does_its_work() {
    let Some((_server, folder)) = cluster() else {
        return;
    };
    let kubectl = Kubectl(folder.path());
    let file = folder.path().join("application.yaml");
    std::fs::write(&file, APPLICATION).unwrap();
    let file = file.display().to_string();

    kubectl.says(&format!("apply -f {file}"), "deployment.apps/web created");
    kubectl.says(&format!("apply -f {file}"), "deployment.apps/web unchanged");
    kubectl.says(
        "rollout status deploy/web --timeout=30s",
        "successfully rolled out",
    );
    kubectl.says("get deploy web", "2/2");
    kubectl.says("get pods -l app=web -o wide", "Running");
    kubectl.says(
        "get pods -l app=web -o jsonpath={.items[*].status.phase}",
        "Running Running",
    );
    kubectl.says("logs deploy/web", "hello");
    kubectl.says("exec deploy/web -- cat /conf/a", "b");
    assert_eq!(
        kubectl.run(&["exec", "-i", "deploy/web", "--", "cat"], "through"),
        "through"
    );
    let failed = kubectl.output(
        &["exec", "deploy/web", "--", "sh", "-c", "echo out; exit 3"],
        "",
    );
    assert_eq!(
        (failed.status.code(), failed.stdout.as_slice()),
        (Some(3), b"out\n".as_slice())
    );
    kubectl.refuses(
        "exec deploy/web -- no-such-program",
        "executable file not found",
    );
    kubectl.says("scale deploy/web --replicas=1", "scaled");
    kubectl.says(
        "wait --for=condition=Available deploy/web --timeout=30s",
        "condition met",
    );
    kubectl.says("describe deploy web", "ScalingReplicaSet");
    kubectl.says("describe pods -l app=web", "Successfully assigned");
    kubectl.says("events", "Started container main");
    kubectl.says("get events", "Scheduled");
    kubectl.says("label cm conf x=y", "labeled");
    kubectl.says("annotate cm conf x=y", "annotated");
    kubectl.run(&["patch", "cm", "conf", "-p", r#"{"data":{"a":"c"}}"#], "");
    kubectl.run(
        &[
            "patch",
            "cm",
            "conf",
            "--type=json",
            "-p",
            r#"[{"op":"add","path":"/data/z","value":"1"}]"#,
        ],
        "",
    );
    kubectl.says("get cm conf -o jsonpath={.data}", r#"{"a":"c","z":"1"}"#);
    kubectl.refuses(
        &format!("apply --server-side -f {file}"),
        "conflict with \"kubectl-patch\"",
    );
    kubectl.says(
        &format!("apply --server-side --force-conflicts -f {file}"),
        "serverside-applied",
    );
    kubectl.says("get cm conf -o jsonpath={.data.a}", "b");
    kubectl.says("rollout restart deploy/web", "restarted");
    kubectl.says(
        "rollout status deploy/web --timeout=30s",
        "successfully rolled out",
    );
    kubectl.says("rollout undo deploy/web", "rolled back");

    kubectl.says("create namespace extra", "created");
    kubectl.says(
        "create configmap lit -n extra --from-literal=a=b",
        "created",
    );
    kubectl.says("create secret generic s --from-literal=p=q", "created");
    kubectl.says("get secret s -o jsonpath={.data.p}", "cQ==");
    kubectl.says("create job j --image=host -- echo from-job", "created");
    kubectl.says(
        "wait --for=condition=complete job/j --timeout=30s",
        "condition met",
    );
    kubectl.says("logs job/j", "from-job");
    kubectl.says(
        "create deployment made --image=host --replicas=0",
        "created",
    );
    kubectl.says(
        "create configmap dry --from-literal=a=b --dry-run=server -o yaml",
        "a: b",
    );
    kubectl.refuses("get cm dry", "NotFound");
    kubectl.says("delete namespace extra --timeout=30s", "deleted");
    kubectl.says("auth can-i get pods", "yes");
    kubectl.says("api-resources", "deployments");

    kubectl.refuses(
        "create service clusterip svc --tcp=80",
        "no Services and no DNS",
    );
    kubectl.refuses("create role r --verb=get --resource=pods", "no RBAC");
    kubectl.refuses("attach deploy/web", "pods/attach");
    kubectl.refuses("port-forward deploy/web 18080:80", "portforward");

    kubectl.says(
        &format!("delete -f {file} --timeout=30s"),
        "deployment.apps \"web\" deleted",
    );
    kubectl.says("wait --for=delete pods -l app=web --timeout=30s", "");
}

/// What [`APPLICATION`] does not need: a pod of its own, a claim, and the kinds of Kanister.
const THINGS: &str = r#"
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, labels: {part: db}}
spec:
  serviceName: db
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
      containers:
      - name: main
        image: host
        command: [sh, -c, "echo up; sleep 1000"]
        volumeMounts: [{name: d, mountPath: /data}]
---
apiVersion: cr.kanister.io/v1alpha1
kind: ActionSet
metadata: {name: one}
spec: {actions: [{name: backup, blueprint: b, object: {kind: StatefulSet, name: db, namespace: default}}]}
"#;

#[test]
fn kubectl_shows_and_changes_what_is_there() {
    let Some((_server, folder)) = cluster() else {
        return;
    };
    let kubectl = Kubectl(folder.path());
    let file = folder.path().join("things.yaml");
    std::fs::write(&file, THINGS).unwrap();
    let path = file.display().to_string();

    kubectl.says(
        &format!("create -f {path}"),
        "actionset.cr.kanister.io/one created",
    );
    kubectl.refuses(&format!("create -f {path}"), "AlreadyExists");
    kubectl.says("rollout status sts/db --timeout=30s", "complete");
    kubectl.says(
        "wait --for=jsonpath={.status.readyReplicas}=1 sts/db --timeout=30s",
        "condition met",
    );
    kubectl.says("exec db-0 -- sh -c echo>/data/made", "");
    kubectl.says("exec -i db-0 -c main -- ls /data", "made");
    let local = folder.path().join("local");
    std::fs::write(&local, "copied").unwrap();
    kubectl.run(&["cp", &local.display().to_string(), "db-0:/data/in"], "");
    let back = folder.path().join("back");
    kubectl.run(&["cp", "db-0:/data/in", &back.display().to_string()], "");
    assert_eq!(std::fs::read_to_string(&back).unwrap(), "copied");

    for (what, wanted) in [
        ("sts db", "SuccessfulCreate"),
        ("pod db-0", "Started container main"),
        ("pvc data", "Bound"),
        ("node devcluster", "Ready"),
        ("namespace default", "Active"),
        ("actionset one", "Blueprint:"),
        ("crd actionsets.cr.kanister.io", "Established"),
        ("storageclass", "Provisioner:"),
    ] {
        kubectl.says(&format!("describe {what}"), wanted);
    }
    for (what, wanted) in [
        ("all", "statefulset.apps/db"),
        ("sts,pods -o name", "pod/db-0"),
        ("pod db-0 -o yaml", "hostname: db-0"),
        ("pod db-0 -o json", "\"hostname\": \"db-0\""),
        (
            "pods -o custom-columns=N:.metadata.name --no-headers",
            "db-0",
        ),
        ("pods -A --field-selector status.phase=Running", "db-0"),
        ("pods -l app=db --show-labels", "app=db"),
        ("pvc,pv", "Bound"),
        ("actionsets", "one"),
        ("nodes", "Ready"),
        ("events --sort-by=.metadata.creationTimestamp", "Scheduled"),
        ("--raw /readyz", "ok"),
    ] {
        kubectl.says(&format!("get {what}"), wanted);
    }
    kubectl.says("events --for pod/db-0", "Started container main");
    kubectl.says("api-versions", "cr.kanister.io/v1alpha1");
    kubectl.says("version", "Server Version");
    kubectl.says("cluster-info", "control plane");

    let status = r#"{"status":{"state":"running"}}"#;
    kubectl.run(
        &["patch", "actionset", "one", "--type=merge", "-p", status],
        "",
    );
    kubectl.says("get actionset one -o jsonpath={.status.state}", "running");
    kubectl.refuses(
        "patch actionset one --type=strategic -p {}",
        "application/strategic-merge-patch+json is not supported",
    );
    let replicas = r#"{"spec":{"replicas":2}}"#;
    kubectl.run(&["patch", "sts", "db", "-p", replicas], "");
    kubectl.says("rollout status sts/db --timeout=30s", "complete");
    kubectl.refuses(
        "scale sts/db --replicas=1 --current-replicas=9",
        "Expected replicas to be 9",
    );
    kubectl.says("scale sts/db --replicas=1 --timeout=30s", "scaled");
    kubectl.says("wait --for=delete pod/db-1 --timeout=30s", "");
    kubectl.says("set env sts/db COLOR=red", "env updated");
    kubectl.says("rollout status sts/db --timeout=30s", "complete");
    kubectl.says("exec db-0 -- printenv COLOR", "red");
    kubectl.says("exec db-0 -- cat /data/in", "copied");
    let changed = THINGS.replace("part: db", "part: data");
    std::fs::write(&file, changed).unwrap();
    let diff = kubectl.output(&["diff", "-f", &path], "");
    let text = String::from_utf8_lossy(&diff.stdout).into_owned();
    assert_eq!(diff.status.code(), Some(1), "{text}");
    assert!(text.contains("+    part: data"), "{text}");
    kubectl.says(
        &format!("apply --server-side --force-conflicts --dry-run=server -f {path}"),
        "serverside-applied (server dry run)",
    );

    kubectl.says(
        "run brief --image=host --restart=Never -- sh -c echo${IFS}first;sleep${IFS}1;echo${IFS}last;exit${IFS}3",
        "created",
    );
    kubectl.says(
        "wait --for=jsonpath={.status.phase}=Failed pod/brief --timeout=30s",
        "met",
    );
    assert_eq!(kubectl.run(&["logs", "-f", "brief"], ""), "first\nlast\n");
    assert_eq!(kubectl.run(&["logs", "brief", "--tail=1"], ""), "last\n");
    kubectl.says(
        "logs -l app=db --prefix --all-containers",
        "[pod/db-0/main] up",
    );
    kubectl.refuses("logs brief --previous", "previous terminated container");
    kubectl.refuses("exec brief -- true", "completed pod");
    kubectl.says("delete pod brief --grace-period=0 --force", "deleted");
    kubectl.says(
        "delete sts,pods -l app=db --timeout=30s",
        "pod \"db-0\" deleted",
    );
    kubectl.says("delete sts --all --timeout=30s", "deleted");
    kubectl.says("delete actionset one", "deleted");
    kubectl.says("delete pvc data --timeout=30s", "deleted");
    kubectl.refuses("get pvc data", "NotFound");
}
