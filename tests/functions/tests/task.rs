//! KubeTask and MultiContainerRun on the embedded cluster.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_host::call::{CallError, Cause};
use kanister_host::capability::cancel::Cancel;
use kanister_host::capability::kube::{PodDefaults, PodExtras};
use serde_json::{Value, json};
use std::time::Duration;
use test_functions::{CONTROLLER, Call, IMAGE, NAMESPACE, Seen, Stage};

async fn stage() -> Stage {
    with(PodDefaults::default()).await
}

async fn with(defaults: PodDefaults) -> Stage {
    Stage::with_defaults(env!("CARGO_BIN_EXE_pod-supervisor"), &["task"], defaults)
        .await
        .unwrap()
}

fn task(script: &str) -> Call {
    Call::of(
        "KubeTask",
        json!({"namespace": NAMESPACE, "image": IMAGE, "command": ["sh", "-c", script]}),
    )
}

fn kube_task(more: Value) -> Call {
    let mut args = json!({"namespace": NAMESPACE, "image": IMAGE, "command": ["true"]});
    args.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Call::of("KubeTask", args)
}

/// A line as `kando output` prints it.
fn marker(key: &str, value: &str) -> String {
    format!("echo '###Phase-output###: {{\"key\":\"{key}\",\"value\":\"'{value}'\"}}'")
}

fn cause(end: Result<test_functions::Outputs, CallError>) -> Cause {
    match end {
        Err(CallError::Permanent(cause) | CallError::Retryable(cause)) => cause,
        other => panic!("{other:?}"),
    }
}

/// What the host puts on every helper pod is its own affair here.
fn labels(pod: &Seen) -> Value {
    let mut labels = pod["metadata"]["labels"].clone();
    labels
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.starts_with("run.kanister.io/"));
    labels
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_once_in_a_pod_of_its_own() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let script = format!("echo uploading; {}", marker("id", "b-17"));
    let outputs = task(&script).run(&stage).await.unwrap();
    assert_eq!(Value::Object(outputs), json!({"id": "b-17"}));
    pods.none_left().await.unwrap();
    let made = pods.made(1).await;
    let [pod] = made.as_slice() else {
        panic!("{made:?}")
    };
    assert_eq!(labels(pod), json!({"createdBy": "kanister"}));
    assert_eq!(pod["metadata"]["generateName"], "kanister-job-");
    let container = &pod["spec"]["containers"][0];
    assert_eq!(container["name"], "container");
    assert_eq!(container["imagePullPolicy"], "IfNotPresent");
    assert_eq!(container["command"], json!(["sh", "-c", script]));
    assert_eq!(pod["spec"]["restartPolicy"], "Never");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_namespace_the_pod_is_the_controllers() {
    let defaults = PodDefaults {
        service_account: Some("default".to_owned()),
        secure: true,
        ..PodDefaults::default()
    };
    let stage = with(defaults).await;
    let pods = stage.pods(CONTROLLER).await.unwrap();
    let call = Call::of("KubeTask", json!({"image": IMAGE, "command": "true"}));
    assert_eq!(call.run(&stage).await.unwrap().len(), 0);
    let pod = &pods.made(1).await[0];
    assert_eq!(pod["spec"]["serviceAccountName"], "default");
    assert_eq!(pod["spec"]["automountServiceAccountToken"], false);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_fails_the_phase_with_its_last_lines() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let script = format!("{}; echo first; echo second; exit 3", marker("lost", "x"));
    let failed = cause(task(&script).run(&stage).await);
    assert_eq!(failed.code, "pod-failed");
    assert_eq!(
        failed.message,
        "Failed while waiting for Pod to complete: Pod failed to complete in time: Pod failed or \
         did not transition into complete state: ###Phase-output###: \
         {\"key\":\"lost\",\"value\":\"x\"}\r\nfirst\r\nsecond: Pod failed"
    );
    let details = failed.details.unwrap();
    assert_eq!(
        details["container container"],
        "the container ended with exit code 3: Error"
    );
    pods.none_left().await.unwrap();

    let missing = cause(
        kube_task(json!({"command": ["no-such-program"]}))
            .run(&stage)
            .await,
    );
    assert_eq!(
        missing.message,
        "Failed while waiting for Pod to complete: Pod failed to complete in time: Pod failed or \
         did not transition into complete state: Pod failed"
    );
    let how = missing.details.unwrap()["container container"].to_string();
    assert!(how.contains("no-such-program"), "{how}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_is_none_fails_the_phase_and_ends_the_pod() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let failed = cause(
        task("echo '###Phase-output###: {\"key\":\"a\"} {}'; sleep 1000")
            .run(&stage)
            .await,
    );
    assert_eq!(
        failed.message,
        "Failed to unmarshal key-value pair: invalid character '{' after top-level value"
    );
    pods.none_left().await.unwrap();
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_outputs_arrive_whole_though_no_note_can_hold_them() {
    let stage = stage().await;
    let script = "value=$(head -c 100000 /dev/zero | tr '\\0' a); echo $value; \
                  printf 'before ###Phase-output###: {\"key\":\"big\",\"value\":\"%s\"}' $value";
    let outputs = task(script).run(&stage).await.unwrap();
    assert_eq!(outputs["big"].as_str().unwrap(), "a".repeat(100_000));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overrides_labels_and_annotations_come_in_the_order_users_know() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let script = marker("env", "$SHARED,$ONLY_BLUEPRINT,$ONLY_ACTIONSET");
    let call = kube_task(json!({
        "command": ["sh", "-c", script],
        "podLabels": {"team": "blueprint", "number": 5, "flag": true},
        "podAnnotations": {"note": "from blueprint"},
        "podOverride": {
            "terminationGracePeriodSeconds": 5,
            "hostname": "from-blueprint",
            "containers": [{"name": "container", "env": [
                {"name": "SHARED", "value": "blueprint"},
                {"name": "ONLY_BLUEPRINT", "value": "b"},
            ]}],
        },
    }));
    let text = |pairs: &[(&str, &str)]| {
        let owned = pairs
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()));
        owned.collect()
    };
    let extras = PodExtras {
        override_: Some(json!({
            "hostname": "from-actionset",
            "tolerations": [{"key": "dedicated", "operator": "Exists"}],
            "containers": [
                {"name": "container", "env": [
                    {"name": "SHARED", "value": "{{ raw }}"},
                    {"name": "ONLY_ACTIONSET", "value": "a"},
                ]},
                {"name": "helper", "image": IMAGE, "command": ["true"]},
            ],
        })),
        labels: text(&[("team", "actionset"), ("zone", "east")]),
        annotations: text(&[("note", "from actionset"), ("more", "2")]),
    };
    let outputs = call.pods(extras).run(&stage).await.unwrap();
    assert_eq!(outputs["env"], "{{ raw }},b,a");
    let pod = &pods.made(1).await[0];
    assert_eq!(
        labels(pod),
        json!({"createdBy": "kanister", "team": "blueprint", "zone": "east",
               "number": "5", "flag": "1"})
    );
    assert_eq!(
        pod["metadata"]["annotations"],
        json!({"note": "from blueprint", "more": "2"})
    );
    assert_eq!(pod["spec"]["hostname"], "from-actionset");
    assert_eq!(pod["spec"]["terminationGracePeriodSeconds"], 5);
    assert_eq!(pod["spec"]["containers"][0]["name"], "container");
    assert_eq!(pod["spec"]["containers"][1]["name"], "helper");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_are_wrong_are_refused_before_a_pod_is_made() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    for (args, message) in [
        (json!({"podAnnotations": ["a"]}), "podAnnotations"),
        (
            json!({"imagePullPolicy": "Never"}),
            "argument imagePullPolicy is not supported",
        ),
        (json!({"image": null}), "Required arg missing: image"),
    ] {
        let refused = kube_task(args).run(&stage).await.unwrap_err();
        assert!(
            matches!(refused, CallError::InvalidArguments(_)),
            "{refused:?}"
        );
        assert!(refused.to_string().contains(message), "{refused}");
    }
    assert_eq!(pods.so_far(), Vec::<Value>::new());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_cannot_start_says_why() {
    let defaults = PodDefaults {
        ready_within: Duration::from_secs(2),
        ..PodDefaults::default()
    };
    let stage = with(defaults).await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let failed = cause(kube_task(json!({"image": "no/such:1"})).run(&stage).await);
    assert!(
        failed
            .message
            .starts_with("Failed while waiting for Pod to be ready: ")
            && failed.message.contains("ErrImagePull"),
        "{}",
        failed.message
    );
    pods.none_left().await.unwrap();
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_phase_leaves_no_pod() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let (canceller, cancel) = Cancel::new();
    let (end, ()) = tokio::join!(task("sleep 1000").cancel(cancel).run(&stage), async {
        pods.any("Running").await.unwrap();
        canceller.cancel(Duration::from_secs(30));
    });
    assert!(matches!(end, Err(CallError::Cancelled(_))), "{end:?}");
    pods.none_left().await.unwrap();
    stage.end().await;
}

fn duo(more: Value) -> Call {
    let mut args = json!({
        "namespace": NAMESPACE,
        "backgroundImage": IMAGE,
        "backgroundCommand": ["sh", "-c", "echo hello > $SHARED_DIR/word"],
        "outputImage": IMAGE,
        "outputCommand": ["sh", "-c", format!(
            "while ! test -s $SHARED_DIR/word; do sleep 0.1; done; {}",
            marker("said", "$(cat $SHARED_DIR/word)"),
        )],
        "sharedVolumeDir": "/exchange",
        "podOverride": {"containers": [
            {"name": "output", "env": [{"name": "SHARED_DIR", "value": "/exchange"}]},
            {"name": "background", "env": [{"name": "SHARED_DIR", "value": "/exchange"}]},
        ]},
    });
    args.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Call::of("MultiContainerRun", args)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_containers_work_together() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let call = duo(json!({"sharedVolumeSizeLimit": "16Mi"}));
    assert_eq!(call.run(&stage).await.unwrap()["said"], "hello");
    // Each run has its own arguments only.
    let second = duo(json!({"outputCommand": ["true"]})).id("inv-2");
    assert_eq!(second.run(&stage).await.unwrap().len(), 0);
    pods.none_left().await.unwrap();
    let made = pods.made(2).await;
    let volumes = made
        .iter()
        .map(|pod| pod["spec"]["volumes"][0]["emptyDir"].clone());
    assert_eq!(
        volumes.collect::<Vec<_>>(),
        [json!({"sizeLimit": "16Mi"}), json!({})]
    );
    assert_eq!(made[1]["spec"]["containers"][0]["command"], json!(["true"]));
    assert_eq!(
        made[0]["metadata"]["annotations"],
        json!({"kubectl.kubernetes.io/default-container": "output"})
    );
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_for_the_one_container_reaches_all_that_there_are() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let extras = PodExtras {
        override_: Some(json!({"containers": [
            {"name": "container", "env": [{"name": "EVERYWHERE", "value": "1"}]},
        ]})),
        ..PodExtras::default()
    };
    duo(json!({}))
        .pods(extras.clone())
        .run(&stage)
        .await
        .unwrap();
    let init = json!({"initImage": IMAGE, "initCommand": ["true"]});
    let three = duo(init).pods(extras).id("inv-2");
    assert_eq!(three.run(&stage).await.unwrap()["said"], "hello");
    let made = pods.made(2).await;
    assert_eq!(made[0]["spec"]["initContainers"], Value::Null);
    let everywhere = json!({"name": "EVERYWHERE", "value": "1"});
    for (list, index) in [("initContainers", 0), ("containers", 0), ("containers", 1)] {
        let env = made[1]["spec"][list][index]["env"].as_array().unwrap();
        assert!(env.contains(&everywhere), "{list} {index} {env:?}");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_container_in_the_background_must_succeed_too() {
    let stage = stage().await;
    let failed = cause(
        duo(json!({"backgroundCommand": ["sh", "-c", "echo hello > $SHARED_DIR/word; exit 4"]}))
            .run(&stage)
            .await,
    );
    assert_eq!(
        failed.details.unwrap()["container background"],
        "the container ended with exit code 4: Error"
    );
    stage.end().await;
}
