//! Attacks by what a component says of itself, plans and answers.

use crate::world::{attack, host, hostile};
use kanister_host::call::CallError;
use kanister_host::component::LoadError;
use kanister_host::host::{Host, HostOptions};
use std::sync::Arc;

/// Loads the component with another way to describe itself.
async fn described(mode: &str) -> Result<(), LoadError> {
    let host = Host::start(&HostOptions::default()).unwrap();
    let bytes = test_guests::with_mode(&hostile().await, mode).unwrap();
    host.load("hostile", bytes).await.map(|_| ())
}

#[tokio::test]
async fn an_honest_description_loads() {
    described("honest").await.unwrap();
}

#[tokio::test]
async fn a_false_description_is_refused_with_its_reason() {
    for (mode, reason) in [
        ("none", "describes no function"),
        ("many", "at most 64"),
        ("huge", "copies"),
        ("long", "documentation of a function has 1048576 bytes"),
        ("twice", "is described twice"),
        ("name", "is no name"),
        ("version", "is no semantic version"),
        ("default", "is no JSON"),
        ("loop", "CPU limit"),
        ("trap", "it aborted"),
        ("memory", "memory limit"),
        ("impure", "kanister:host/clock"),
    ] {
        let error = described(mode).await.unwrap_err();
        let text = error.to_string();
        let huge = mode == "huge" && text.contains("in one call");
        assert!(text.contains(reason) || huge, "{mode}: {text}");
        assert!(
            text.len() < 2000 && !text.contains('\u{1b}'),
            "{mode}: {text}"
        );
    }
}

#[tokio::test]
async fn a_false_plan_is_refused_before_the_call() {
    let host = host().await;
    for (plan, reason) in [
        ("loop", "CPU limit"),
        ("trap", "it aborted"),
        ("many", "at most 1024 accesses"),
        ("long", "at most 1024 accesses"),
        ("validate-loop", "CPU limit"),
        ("validate-many", "wrong arguments"),
    ] {
        let case = attack("nothing").with("plan", plan);
        let error = case.prepare(&host).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(reason), "{plan}: {text}");
        assert!(text.len() < 10_000, "{plan}: {} bytes", text.len());
    }
}

#[tokio::test]
async fn a_false_answer_is_malformed() {
    for case in [attack("malformed"), attack("list"), attack("deep")] {
        let error = case.error().await;
        assert!(matches!(error, CallError::Malformed(_)), "{error}");
    }
}

/// A manifest that says less than the component can do.
#[tokio::test]
async fn an_import_without_a_section_is_refused() {
    let manifest = "apiVersion: functions.kanister.io/v1alpha1\n\
                    kind: FunctionManifest\n\
                    plugin: {name: hostile, version: 0.1.0}\n";
    let bytes = kanister_plugin::embed_manifest(&hostile().await, manifest).unwrap();
    let host = Host::start(&HostOptions::default()).unwrap();
    let error = host.load("hostile", Arc::from(bytes)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, LoadError::Mismatch(_)), "{text}");
    assert!(text.contains("kanister:kube/objects"), "{text}");
    assert!(text.contains("requires.kubernetes"), "{text}");
}
