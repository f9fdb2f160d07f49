//! The same function in several languages, and of earlier versions of the contract.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_api::function::GrantFile;
use kanister_host::authority::Context;
use kanister_host::call::{CallError, Invocation, Services};
use kanister_host::host::{Host, HostOptions, Request};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// Calls the only function of a component.
async fn call(component: Arc<[u8]>, args: Value) -> Result<Map<String, Value>, CallError> {
    let host = Host::start(&HostOptions::default()).unwrap();
    let plugin = host.install("component", component).await.unwrap();
    let name = plugin.functions()[0].name.clone();
    let function = host.registry().find(&name, "").unwrap().function;
    let prepared = host
        .prepare(Request {
            function: &function,
            args: args.as_object().unwrap().clone(),
            params: json!({}),
            grants: &GrantFile::default(),
            context: &Context::default(),
            cluster: None,
        })
        .await?;
    let invocation = Invocation {
        id: "test".to_owned(),
        question: prepared.question().clone(),
        action_set: String::new(),
        action: String::new(),
        phase: String::new(),
        attempt: 1,
        deadline: None,
    };
    host.run(&prepared, &invocation, Services::detached("test"))
        .await
        .outcome
}

async fn greets(component: Arc<[u8]>) {
    let output = call(Arc::clone(&component), json!({"name": "world"})).await;
    assert_eq!(output.unwrap()["greeting"], "hello, world");
    let missing = call(component, json!({})).await.unwrap_err();
    assert!(
        missing.to_string().contains("Required arg missing: name"),
        "{missing}"
    );
}

#[tokio::test]
async fn rust() {
    greets(test_guests::hello().unwrap()).await;
}

/// A component that was compiled when the contract was at 0.1.0, and never since.
#[tokio::test]
async fn the_first_component_of_the_contract() {
    greets(test_guests::first().unwrap()).await;
}

/// Made by `cargo xtask test`, which counts it as skipped where Python is missing. The
/// Python runtime asks for WASI, and gets the locked-down one.
#[tokio::test]
async fn python() {
    let Some(fixtures) = std::env::var_os("KANISTER_FIXTURES") else {
        eprintln!("no component of Python: `cargo xtask test` makes it");
        return;
    };
    let file = PathBuf::from(fixtures).join("hello-python.wasm");
    match std::fs::read(&file) {
        Ok(component) => greets(component.into()).await,
        Err(error) => eprintln!("no component of Python: {}: {error}", file.display()),
    }
}
