//! Wait and WaitV2 on the embedded cluster.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use k8s_openapi::api::core::v1::ConfigMap;
use kanister_host::call::CallError;
use kanister_host::capability::cancel::Cancel;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use std::time::Duration;
use test_functions::{Call, NAMESPACE, Stage};

async fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_pod-supervisor"), &["wait"])
        .await
        .unwrap()
}

fn namespace(condition: &str) -> Value {
    let reference = json!({"apiVersion": "v1", "resource": "namespaces", "name": NAMESPACE});
    json!({"condition": condition, "objectReference": reference})
}

fn gate() -> Value {
    json!({
        "condition": "{{ if eq .data.open \"yes\" }}true{{ else }}false{{ end }}",
        "objectReference": {"apiVersion": "v1", "resource": "configmaps", "name": "gate",
                            "namespace": NAMESPACE},
    })
}

fn call(function: &str, timeout: &str, conditions: Value) -> Call {
    Call::of(
        function,
        json!({"timeout": timeout, "conditions": conditions}),
    )
}

async fn create(stage: &Stage, open: &str) -> Api<ConfigMap> {
    let gate = json!({"metadata": {"name": "gate"}, "data": {"open": open}});
    let gates: Api<ConfigMap> = Api::namespaced(stage.client.clone(), NAMESPACE);
    let gate = serde_json::from_value(gate).unwrap();
    gates.create(&PostParams::default(), &gate).await.unwrap();
    gates
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_already_is_not_waited_for() {
    let stage = stage().await;
    let phase = |word: &str| {
        namespace(&format!(
            "{{{{ if eq \"{{ $.status.phase }}\" \"{word}\" }}}}true{{{{ else }}}}false{{{{ end }}}}"
        ))
    };
    let one = json!({"anyOf": [phase("Terminating"), phase("Active")]});
    call("Wait", "1h", one).run(&stage).await.unwrap();
    let all = json!({"allOf": [phase("Active"), phase("Active")]});
    call("Wait", "1h", all).run(&stage).await.unwrap();
    let either = json!({
        "anyOf": [namespace("{{ eq .metadata.name \"case\" }}")],
        "allOf": [namespace("{{ eq .metadata.name \"other\" }}")],
    });
    call("WaitV2", "1h", either).run(&stage).await.unwrap();
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_ends_the_wait() {
    let stage = stage().await;
    let gates = create(&stage, "no").await;
    let waiting = call("WaitV2", "1h", json!({"allOf": [gate()]}));
    let opening = async {
        // Long enough for the call to have seen that it is closed, most of the time; right
        // either way.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let open = Patch::Merge(json!({"data": {"open": "yes"}}));
        gates
            .patch("gate", &PatchParams::default(), &open)
            .await
            .unwrap();
    };
    let (end, ()) = tokio::join!(waiting.run(&stage), opening);
    assert_eq!(end.unwrap().len(), 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_appears_ends_the_wait() {
    let stage = stage().await;
    let waiting = call("WaitV2", "1h", json!({"anyOf": [gate()]}));
    let opening = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        create(&stage, "yes").await;
    };
    let (end, ()) = tokio::join!(waiting.run(&stage), opening);
    end.unwrap();
    stage.end().await;
}

async fn times_out(stage: &Stage, function: &str, conditions: Value) -> String {
    let end = call(function, "300ms", conditions).run(stage).await;
    let Err(CallError::Retryable(cause)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(cause.code, "timeout");
    let known = "Failed to wait for the condition to be met: Context done while polling: context \
                 deadline exceeded";
    assert!(cause.message.starts_with(known), "{}", cause.message);
    cause.message[known.len()..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_times_out_says_what_was_missing() {
    let stage = stage().await;
    let never = json!({"allOf": [
        namespace("{{ if eq \"{ $.status.phase }\" \"Active\" }}true{{ end }}"),
        namespace("{{ if eq \"{ $.status.phase }\" \"Gone\" }}true{{ end }}"),
    ]});
    let missing = times_out(&stage, "Wait", never).await;
    assert!(
        missing.ends_with("allOf[1], namespaces \"case\": the condition does not hold"),
        "{missing}"
    );
    let missing = times_out(&stage, "WaitV2", json!({"anyOf": [gate()]})).await;
    assert!(
        missing.contains("configmaps \"gate\" not found"),
        "{missing}"
    );
    let broken = json!({"allOf": [namespace("{{ if }}")]});
    let missing = times_out(&stage, "WaitV2", broken).await;
    assert!(missing.contains("missing value for if"), "{missing}");
    let path =
        json!({"allOf": [namespace("{{ if eq \"{ $.status.none }\" \"x\" }}true{{ end }}")]});
    let missing = times_out(&stage, "Wait", path).await;
    assert!(missing.contains("$.status.none"), "{missing}");
    let unknown = json!({"allOf": [{"condition": "true", "objectReference": {
        "apiVersion": "v1", "group": "example.com", "resource": "ghosts", "name": "g"}}]});
    times_out(&stage, "WaitV2", unknown).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_wait_ends() {
    let stage = stage().await;
    let (canceller, cancel) = Cancel::new();
    let waiting = call("WaitV2", "1h", json!({"anyOf": [gate()]})).cancel(cancel);
    let (end, ()) = tokio::join!(waiting.run(&stage), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        canceller.cancel(Duration::from_secs(30));
    });
    assert!(matches!(end, Err(CallError::Cancelled(_))), "{end:?}");
    stage.end().await;
}
