//! PrepareData on the embedded cluster.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kanister_host::call::CallError;
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};
use test_functions::{Call, IMAGE, NAMESPACE, Stage};

async fn stage() -> Stage {
    let stage = Stage::new(env!("CARGO_BIN_EXE_pod-supervisor"), &["task"])
        .await
        .unwrap();
    let claim = json!({
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Mi"}}},
    });
    let claim: PersistentVolumeClaim = serde_json::from_value(claim).unwrap();
    let claims = Api::namespaced(stage.client.clone(), NAMESPACE);
    claims.create(&PostParams::default(), &claim).await.unwrap();
    stage
}

fn prepare(script: &str, more: Value) -> Call {
    let mut args = json!({"namespace": NAMESPACE, "image": IMAGE, "command": ["sh", "-c", script]});
    args.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    Call::of("PrepareData", args)
}

fn message(end: Result<test_functions::Outputs, CallError>) -> String {
    end.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_phase_prepares_the_next_one_finds() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let at = json!({"volumes": {"data": "/mnt/data"}});
    let written = prepare("echo prepared > /mnt/data/file", at)
        .run(&stage)
        .await;
    assert_eq!(written.unwrap().len(), 0);
    // Without the argument: the claims of the workload, at a place of their own.
    let subject = json!({"Deployment": {
        "Name": "web", "Namespace": NAMESPACE,
        "PersistentVolumeClaims": {"web-1": {"data": "/var/lib/data"}},
    }});
    let script = "echo '###Phase-output###: {\"key\":\"content\",\"value\":\"'\
                  $(cat /mnt/prepare_data/data/file)'\"}'";
    let read = prepare(script, json!({})).params(subject).id("inv-2");
    assert_eq!(read.run(&stage).await.unwrap()["content"], "prepared");
    pods.none_left().await.unwrap();
    let made = pods.made(2).await;
    assert_eq!(made[0]["metadata"]["generateName"], "prepare-data-job-");
    let volume = &made[0]["spec"]["volumes"][0];
    assert_eq!(
        volume["persistentVolumeClaim"],
        json!({"claimName": "data"})
    );
    assert!(volume["name"].as_str().unwrap().starts_with("vol-"));
    let mount = &made[0]["spec"]["containers"][0]["volumeMounts"][0];
    assert_eq!(mount["mountPath"], "/mnt/data");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_failure_counts_is_asked_for() {
    let stage = stage().await;
    let at = json!({"volumes": {"data": "/mnt/data"}});
    let ignored = prepare("echo oops; exit 5", at).run(&stage).await;
    assert_eq!(ignored.unwrap().len(), 0);
    let counts = json!({"volumes": {"data": "/mnt/data"}, "failOnError": "true"});
    let failed = prepare("echo oops; exit 5", counts).id("inv-2");
    assert_eq!(
        message(failed.run(&stage).await),
        "Failed while waiting for Pod to complete: Pod failed to complete in time: Pod failed or \
         did not transition into complete state: oops: Pod failed"
    );
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn volumes_that_are_not_there_are_told_before_a_pod_is_made() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let missing = prepare("true", json!({"volumes": {"ghost": "/mnt"}}));
    assert_eq!(
        message(missing.run(&stage).await),
        "Failed to retrieve PVC.: persistentvolumeclaims \"ghost\" not found"
    );
    let none = message(prepare("true", json!({})).run(&stage).await);
    assert!(none.contains("Failed to get volumes: "), "{none}");
    assert_eq!(pods.so_far(), Vec::<Value>::new());
    stage.end().await;
}
