//! A secret in every place where a Blueprint can put one: what is said, logged, counted and kept has
//! none of it, whether the phase works or fails. Pods and objects that a Blueprint makes of it, outputs
//! and artifacts that it returns are its author's act.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use k8s_openapi::api::core::v1::{ConfigMap, Event};
use kanister_api::ActionSet;
use kube::api::ListParams;
use kube::{Api, Client, Config};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use support::{Place, Running};

/// What is nowhere to be found, and what it is in base64, hexadecimal and capitals.
const CANARY: &str = "canary-3f9a1c-x";
const FORMS: [&str; 4] = [
    CANARY,
    "Y2FuYXJ5LTNmOWExYy14",
    "63616e6172792d3366396131632d78",
    "CANARY-3F9A1C-X",
];

/// The Secret that the ActionSet names, and the one that the phase does.
const GIVEN: &str = r#"{{ index .Secrets.s.Data "word" | toString }}"#;

/// The phase of one action: a name, a function and its arguments, with `CANARY` where the secret is
/// rendered; whether it works.
const PLACES: &[(&str, bool, &str)] = &[
    (
        "task-echoes",
        true,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo said CANARY; echo CANARY >&2']}",
    ),
    (
        "task-fails",
        false,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo said CANARY; echo CANARY >&2; exit 3']}",
    ),
    (
        "task-encodes",
        false,
        r#"func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo {{ index .Secrets.s.Data "word" | toString | b64enc }} {{ index .Secrets.s.Data "word" | toString | upper }}; exit 3']}"#,
    ),
    (
        "task-returns",
        true,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'kando output word CANARY']}",
    ),
    (
        "exec-fails",
        false,
        "func: KubeExec
args: {namespace: shop, pod: '{{ index .Deployment.Pods 0 }}', command: [sh, -c, 'echo CANARY; echo CANARY >&2; exit 4']}",
    ),
    (
        "exec-not-found",
        false,
        "func: KubeExec
args: {namespace: shop, pod: 'CANARY', command: ['CANARY']}",
    ),
    (
        "execall-fails",
        false,
        "func: KubeExecAll
args: {namespace: shop, pods: '{{ index .Deployment.Pods 0 }}', containers: web, command: [sh, -c, 'echo CANARY; exit 4']}",
    ),
    (
        "environment",
        false,
        "func: KubeTask
args:
  namespace: shop
  image: kanister-tools
  podOverride: {containers: [{name: container, env: [{name: WORD, value: 'CANARY'}]}]}
  command: [sh, -c, 'env | grep WORD; echo $WORD >&2; exit 5']",
    ),
    (
        "override-is-refused",
        false,
        "func: KubeTask
args:
  namespace: shop
  image: kanister-tools
  podOverride: {volumes: [{name: 'not a name CANARY'}], restartPolicy: 'CANARY'}
  command: ['true']",
    ),
    (
        "label-is-refused",
        false,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: ['true'], podLabels: {word: '- CANARY -'}, podAnnotations: {word: 'CANARY'}}",
    ),
    (
        "namespace-is-not-there",
        false,
        "func: KubeTask
args: {namespace: 'CANARY', image: kanister-tools, command: ['true']}",
    ),
    (
        "key-of-an-argument",
        false,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: ['true'], 'CANARY': x}",
    ),
    (
        "containers-fail",
        false,
        "func: MultiContainerRun
args:
  namespace: shop
  backgroundImage: kanister-tools
  backgroundCommand: [sh, -c, 'echo CANARY; exit 6']
  outputImage: kanister-tools
  outputCommand: [sh, -c, 'echo CANARY >&2; exit 6']",
    ),
    (
        "prepare-without-claim",
        false,
        "func: PrepareData
args: {namespace: shop, image: kanister-tools, serviceaccount: 'CANARY', volumes: {'CANARY': /mnt}, command: ['true']}",
    ),
    (
        "object-is-made",
        true,
        "func: KubeOps
args:
  operation: create
  namespace: shop
  spec: |
    apiVersion: v1
    kind: Secret
    metadata: {name: made}
    stringData: {word: CANARY}",
    ),
    (
        "object-is-refused",
        false,
        "func: KubeOps
args:
  operation: create
  namespace: shop
  spec: |
    apiVersion: v1
    kind: Secret
    metadata: {name: 'not a name CANARY'}
    stringData: {word: [CANARY]}",
    ),
    (
        "object-is-malformed",
        false,
        "func: KubeOps
args: {operation: create, namespace: shop, spec: '{ CANARY: ['}",
    ),
    (
        "operation-is-unknown",
        false,
        "func: KubeOps
args: {operation: 'CANARY', namespace: shop, objectReference: {apiVersion: v1, resource: secrets, name: 'CANARY'}}",
    ),
    (
        "scaled-to-nonsense",
        false,
        "func: ScaleWorkload
args: {namespace: shop, name: 'CANARY', kind: Deployment, replicas: 'CANARY'}",
    ),
    (
        "object-is-awaited",
        false,
        "func: WaitV2
args:
  timeout: 1s
  conditions:
    anyOf:
    - condition: 'true'
      objectReference: {apiVersion: v1, resource: namespaces, name: 'CANARY'}",
    ),
    (
        "template-fails",
        false,
        r#"func: KubeTask
args: {namespace: shop, image: kanister-tools, command: ['{{ fail (index .Secrets.s.Data "word" | toString) }}']}"#,
    ),
    (
        "template-misses",
        false,
        r#"func: KubeTask
args: {namespace: shop, image: kanister-tools, command: ['{{ index .Options (index .Secrets.s.Data "word" | toString) | required (index .Secrets.s.Data "word" | toString) }}']}"#,
    ),
    (
        "artifact-is-not-there",
        false,
        "func: LocationDelete
args: {artifact: 'CANARY/../CANARY'}",
    ),
    (
        "own-secret-of-the-phase",
        false,
        r#"func: KubeTask
objects: {own: {kind: Secret, name: s, namespace: shop}}
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo {{ index .Phases.own-secret-of-the-phase.Secrets.own.Data "word" | toString }}; exit 8']}"#,
    ),
    (
        "profile-is-printed",
        false,
        "func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo ''{{ toJson .Profile }}''; exit 9']}",
    ),
    (
        "store-refuses",
        false,
        r#"func: KubeTask
args: {namespace: shop, image: kanister-tools, command: [sh, -c, 'echo data | kando location push --profile ''{{ toJson .Profile }}'' --path CANARY -']}"#,
    ),
];

/// What every place works with.
const OBJECTS: &str = r#"
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
stringData: {word: CANARY}
---
apiVersion: cr.kanister.io/v1alpha1
kind: Profile
metadata: {name: away, namespace: shop}
location: {type: s3Compliant, bucket: b, endpoint: "http://127.0.0.1:9", region: r}
credential: {type: keyPair, keyPair: {idField: word, secretField: word, secret: {name: s, namespace: shop}}}
"#;

fn indented(text: &str, by: usize) -> String {
    let between = format!("\n{}", " ".repeat(by));
    text.lines().collect::<Vec<_>>().join(&between)
}

/// A Blueprint with an action of one phase for each place, and a deferPhase that says the secret too.
fn blueprint() -> String {
    let mut text = String::from(
        "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: places, namespace: shop}\nactions:\n",
    );
    for (name, _, phase) in PLACES {
        let phase = indented(&phase.replace("CANARY", GIVEN), 6);
        let defer = "func: KubeExec\n      name: last\n      args: {namespace: shop, pod: '{{ index .Deployment.Pods 0 }}', \
                     command: [echo, 'CANARY']}"
            .replace("CANARY", GIVEN);
        text += &format!(
            "  {name}:\n    phases:\n    - name: {name}\n      {phase}\n    deferPhase:\n      {defer}\n"
        );
    }
    text
}

/// The embedded cluster with the objects in it.
fn stage() -> (Place, Running) {
    let place = Place::new();
    place.write("blueprint.yaml", &blueprint());
    place.write("objects.yaml", &OBJECTS.replace("CANARY", CANARY));
    let cluster = place.cluster();
    place.write("application.yaml", support::WEB);
    for file in ["objects.yaml", "application.yaml"] {
        place.succeeds(&["run", "--apply", file, "--namespace", "shop"]);
    }
    (place, cluster)
}

fn words(name: &str) -> Vec<&str> {
    let mut words = vec!["run", "--no-check", "--namespace", "shop", "--name", name];
    words.extend(["--action", name, "--object", "deployment/shop/web"]);
    words.extend(["--secret", "s=s", "--profile", "away"]);
    words
}

#[track_caller]
fn shows_none(what: &str, text: &str) {
    for form in FORMS {
        assert!(!text.contains(form), "{what} has {form}: {text}");
    }
}

#[test]
fn a_run_shows_and_keeps_none() {
    let (place, _cluster) = stage();
    for (name, works, _) in PLACES {
        let mut words = words(name);
        words.splice(0..1, ["-vv", "run", "blueprint.yaml"]);
        let text = place.ends(&words, i32::from(!works));
        // What a phase returns is shown as it is recorded.
        let returned = format!("      word = {CANARY}");
        let shown = text.lines().filter(|line| *line != returned);
        shows_none(name, &shown.collect::<Vec<_>>().join("\n"));
        assert_eq!(text.contains(&returned), *name == "task-returns");
        let mut record = place.record(name);
        if *name == "task-returns" {
            let output = record["status"]["actions"][0]["phases"][0]["output"].take();
            assert_eq!(output["word"], CANARY, "the author's act");
        }
        shows_none(name, &record.to_string());
        assert_eq!(
            record["status"]["actions"][0]["deferPhase"]["state"],
            "complete"
        );
    }
    // Whatever else is kept of runs.
    let mut kept = 0;
    for (name, ..) in PLACES {
        for entry in fs::read_dir(place.path().join(".kanister/runs").join(name)).unwrap() {
            let file = entry.unwrap().path();
            if *name == "task-returns" || file.is_dir() {
                continue;
            }
            kept += 1;
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
            shows_none(&file.display().to_string(), &text);
        }
    }
    assert!(kept >= PLACES.len() - 1);
}

async fn client(place: &Place) -> Client {
    let file = place.path().join(".kanister/kubeconfig");
    let kubeconfig = kube::config::Kubeconfig::read_from(file).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &Default::default()).await;
    Client::try_from(config.unwrap()).unwrap()
}

async fn all<K>(client: &Client) -> Vec<K>
where
    K: kube::Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Serialize,
{
    let api = Api::<K>::all(client.clone());
    api.list(&ListParams::default()).await.unwrap().items
}

/// What is served at an address.
fn fetched(address: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The folder that a controller's kubeconfig and the cluster's are in.
fn kubeconfig(place: &Place) -> String {
    let file: &Path = &place.path().join(".kanister/kubeconfig");
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_controller_logs_counts_and_records_none() {
    let (place, _cluster) = stage();
    place.succeeds(&["run", "--apply", "blueprint.yaml", "--namespace", "shop"]);
    let (address, kubeconfig) = (free_address(), kubeconfig(&place));
    let mut controller = place.start(&[
        "-vv",
        "controller",
        "--kubeconfig",
        &kubeconfig,
        "--own-namespace",
        "shop",
        "--listen",
        &address,
    ]);
    controller.wait_for("running ActionSets");
    for (name, works, _) in PLACES {
        let mut words = words(name);
        words.extend(["--submit", "--blueprint", "places"]);
        let text = place.ends(&words, i32::from(!works));
        shows_none(name, &text);
    }
    let client = client(&place).await;
    let mut sets = all::<ActionSet>(&client).await;
    assert_eq!(sets.len(), PLACES.len());
    for set in &mut sets {
        if set.metadata.name.as_deref() == Some("task-returns") {
            let status = set.status.as_mut().unwrap();
            let output = std::mem::take(&mut status.actions[0].phases[0].output);
            assert!(
                serde_json::to_string(&output).unwrap().contains(CANARY),
                "the author's act"
            );
        }
        shows_none("an ActionSet", &serde_json::to_string(set).unwrap());
    }
    let events = all::<Event>(&client).await;
    let told = events
        .iter()
        .filter(|event| event.involved_object.kind.as_deref() == Some("ActionSet"));
    assert!(told.count() >= PLACES.len());
    for event in &events {
        shows_none("an event", &serde_json::to_string(event).unwrap());
    }
    for map in all::<ConfigMap>(&client).await {
        shows_none("a ConfigMap", &serde_json::to_string(&map).unwrap());
    }
    let metrics = fetched(&address, "/metrics");
    assert!(metrics.contains("kanister_"), "{metrics}");
    shows_none("a metric", &metrics);
    controller.signal("TERM");
    let (_, log) = controller.end();
    assert!(log.contains("task-echoes"), "{log}");
    shows_none("the log", &log);
}
