//! Phases of KubeTask that are interrupted as by `kill -9` and made again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_host::call::CallError;
use serde_json::{Value, json};
use std::sync::Arc;
use test_functions::{Call, IMAGE, NAMESPACE, Notes, Stage, interrupted};

async fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_pod-supervisor"), &["task"])
        .await
        .unwrap()
}

/// Tells who ran it.
fn task(script: &str) -> Call {
    let script =
        format!("{script}; echo '###Phase-output###: {{\"key\":\"by\",\"value\":\"'$POD'\"}}'");
    Call::of(
        "KubeTask",
        json!({
            "namespace": NAMESPACE, "image": IMAGE, "command": ["sh", "-c", script],
            "podOverride": {"containers": [{"name": "container", "env": [
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ]}]},
        }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_under_way_is_followed_to_its_end_and_no_second_one_is_made() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let call = task("sleep 3");
    interrupted(call.clone(), &stage, async {
        pods.any("Running").await.unwrap();
    })
    .await
    .unwrap();
    let outputs = call.again().run(&stage).await.unwrap();
    pods.none_left().await.unwrap();
    let made = pods.made(1).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(outputs["by"], made[0]["metadata"]["name"]);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_was_not_noted_yet_is_found_as_well() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let call = task("sleep 1");
    let notes = Arc::new(Notes::default());
    interrupted(call.clone().notes(&notes), &stage, async {
        pods.made(1).await;
    })
    .await
    .unwrap();
    // As if the process had ended before the note was durable.
    let outputs = call.run(&stage).await.unwrap();
    let made = pods.made(1).await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(outputs["by"], made[0]["metadata"]["name"]);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_is_gone_is_not_run_again() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let call = task("sleep 1000");
    interrupted(call.clone(), &stage, async {
        pods.any("Running").await.unwrap();
    })
    .await
    .unwrap();
    let name = pods.any("Running").await.unwrap();
    pods.delete(&name).await.unwrap();
    let end = call.again().run(&stage).await;
    let Err(CallError::Permanent(cause)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(cause.code, "pod-gone");
    assert!(cause.message.contains(&name), "{}", cause.message);
    assert_eq!(pods.so_far().len(), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_was_ordered_runs_in_a_pod_of_its_own() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    let notes = Arc::new(Notes::default());
    let call = task("exit 1").notes(&notes);
    for attempt in [call.clone(), call.retried()] {
        let end = attempt.run(&stage).await;
        let Err(CallError::Permanent(cause)) = end else {
            panic!("{end:?}")
        };
        assert_eq!(cause.code, "pod-failed");
    }
    pods.none_left().await.unwrap();
    assert_eq!(pods.made(2).await.len(), 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_that_nobody_recorded_come_from_the_note() {
    let stage = stage().await;
    let pods = stage.pods(NAMESPACE).await.unwrap();
    // Created, then ended.
    let notes = Arc::new(Notes::standing_still_after(2));
    let call = task("true").notes(&notes);
    interrupted(call.clone(), &stage, notes.standing())
        .await
        .unwrap();
    let outputs = call.again().run(&stage).await.unwrap();
    let made = pods.made(1).await;
    assert_eq!(outputs["by"], made[0]["metadata"]["name"]);
    // What the first attempt left behind is gone.
    pods.none_left().await.unwrap();
    // And once more, now that the pod is gone.
    let outputs = call.again().run(&stage).await.unwrap();
    assert_eq!(outputs["by"], made[0]["metadata"]["name"]);
    assert_eq!(pods.so_far().len(), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_notes_its_pod_and_its_outputs_and_nothing_else() {
    let stage = stage().await;
    let notes = Arc::new(Notes::default());
    let outputs = task("true").notes(&notes).run(&stage).await.unwrap();
    let saved = notes.saved();
    let [created, ended] = saved.as_slice() else {
        panic!("{saved:?}")
    };
    assert_eq!(created["created"]["pod"], outputs["by"]);
    assert_eq!(ended["ended"]["outputs"], Value::Object(outputs));
    stage.end().await;
}
