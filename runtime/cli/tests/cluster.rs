//! `kanister run` on the embedded cluster: functions in real pods.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use serde_json::Value;
use std::time::{Duration, Instant};
use support::Place;

const BLUEPRINT: &str = r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: web}
actions:
  backup:
    outputArtifacts:
      words:
        keyValue:
          exec: "{{ .Phases.exec.Output.word }}"
          task: "{{ .Phases.task.Output.word }}"
          defer: "{{ .DeferPhase.Output.word }}"
    phases:
    - func: KubeExec
      name: exec
      args:
        namespace: "{{ .Deployment.Namespace }}"
        pod: "{{ index .Deployment.Pods 0 }}"
        command: [sh, -c, "echo said in the pod; kando output word $(hostname | cut -c1-3)"]
    - func: KubeTask
      name: task
      args:
        namespace: "{{ .Deployment.Namespace }}"
        image: ghcr.io/kanisterio/kanister-tools:0.119.0
        command: [sh, -c, "kando output word '{{ .Phases.exec.Output.word }}-task'"]
    deferPhase: &defer
      func: KubeExec
      name: last
      args:
        namespace: "{{ .Deployment.Namespace }}"
        pod: "{{ index .Deployment.Pods 0 }}"
        command: [sh, -c, "kando output word done"]
  fail:
    phases:
    - func: KubeExec
      name: breaks
      args:
        namespace: "{{ .Deployment.Namespace }}"
        pod: "{{ index .Deployment.Pods 0 }}"
        command: [sh, -c, "echo the reason >&2; exit 7"]
    - func: KubeTask
      name: never
      args: {image: kanister-tools, command: ["true"]}
    deferPhase: *defer
  long:
    phases:
    - func: KubeTask
      name: sleeps
      args:
        namespace: "{{ .Deployment.Namespace }}"
        image: kanister-tools
        command: [sh, -c, "echo it has begun; sleep 600"]
    deferPhase: *defer
  short:
    phases:
    - func: KubeTask
      name: sleeps
      args:
        namespace: "{{ .Deployment.Namespace }}"
        image: kanister-tools
        command: [sh, -c, "echo it has begun; sleep 5; kando output word slept"]
  exec:
    phases:
    - func: KubeExec
      name: works
      args:
        namespace: "{{ .Deployment.Namespace }}"
        pod: "{{ index .Deployment.Pods 0 }}"
        command: [sh, -c, "echo it has begun; sleep 600"]
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("application.yaml", support::WEB);
    place.write("blueprint.yaml", BLUEPRINT);
    place
}

fn run<'a>(action: &'a str, name: &'a str) -> Vec<&'a str> {
    vec![
        "run",
        "blueprint.yaml",
        "--apply",
        "application.yaml",
        "--action",
        action,
        "--object",
        "deployment/shop/web",
        "--name",
        name,
    ]
}

fn action(record: &Value) -> &Value {
    &record["status"]["actions"][0]
}

#[test]
fn outputs_of_pods_become_artifacts() {
    let place = place();
    let text = place.succeeds(&run("backup", "b"));
    for part in [
        "said in the pod",
        "word = web",
        "artifact words",
        "complete",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let record = place.record("b");
    let words = &action(&record)["artifacts"]["words"]["keyValue"];
    assert_eq!(words["exec"], "web");
    assert_eq!(words["task"], "web-task");
    assert_eq!(words["defer"], "done");
    assert_eq!(record["status"]["progress"]["percentCompleted"], "100");
}

#[test]
fn a_failure_names_its_cause_and_the_defer_phase_runs() {
    let place = place();
    let text = place.ends(&run("fail", "f"), 1);
    for part in ["action fail, phase breaks", "exit code 7", "the reason"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let record = place.record("f");
    let phases = &action(&record)["phases"];
    assert_eq!(phases[0]["state"], "failed");
    assert_eq!(phases[1]["state"], "pending");
    assert_eq!(action(&record)["deferPhase"]["state"], "complete");
}

#[test]
fn ctrl_c_ends_the_pod_and_runs_the_defer_phase() {
    let place = place();
    let mut running = place.start(&run("long", "l"));
    running.wait_for("it has begun");
    let asked = Instant::now();
    running.signal("INT");
    let (code, text) = running.end();
    assert_eq!(code, Some(130), "{text}");
    assert!(asked.elapsed() < Duration::from_secs(20), "{text}");
    let record = place.record("l");
    assert_eq!(record["status"]["state"], "failed");
    assert_eq!(action(&record)["deferPhase"]["state"], "complete", "{text}");
    assert!(!place.has_helper_pods(), "{text}");
}

#[test]
fn a_second_ctrl_c_stops_at_once() {
    let place = place();
    place.write(
        "blueprint.yaml",
        &BLUEPRINT.replace("kando output word done", "echo at the end; sleep 600"),
    );
    let mut running = place.start(&run("long", "l"));
    running.wait_for("it has begun");
    running.signal("INT");
    running.wait_for("at the end");
    let asked = Instant::now();
    running.signal("INT");
    let (code, text) = running.end();
    assert_eq!(code, Some(130), "{text}");
    assert!(asked.elapsed() < Duration::from_secs(15), "{text}");
}

#[test]
fn a_task_that_was_killed_in_its_middle_is_gone_on_with() {
    let place = place();
    let _cluster = place.cluster();
    let mut running = place.start(&run("short", "s"));
    running.wait_for("it has begun");
    running.signal("KILL");
    running.end();
    assert_eq!(place.record("s")["status"]["state"], "running");
    let text = place.succeeds(&["run", "--resume", "s"]);
    assert!(text.contains("complete"), "{text}");
    let record = place.record("s");
    assert_eq!(action(&record)["phases"][0]["output"]["word"], "slept");
    assert_eq!(record["status"]["run"]["attempt"], 2);
    assert!(!place.has_helper_pods());
}

#[test]
fn a_command_that_was_killed_in_its_middle_is_not_run_twice() {
    let place = place();
    let _cluster = place.cluster();
    let mut running = place.start(&run("exec", "e"));
    running.wait_for("it has begun");
    running.signal("KILL");
    running.end();
    let text = place.ends(&["run", "--resume", "e"], 1);
    for part in ["action exec, phase works", "may still run", "sleep 600"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
