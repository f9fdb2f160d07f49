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

#[test]
fn kubectl_does_its_work() {
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
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let _server = Server(
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
