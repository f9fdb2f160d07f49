//! The binary as a user runs it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn hello() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.unwrap()
        .join("tests/fixtures/contract-0.1.0/hello.wasm")
}

fn kanister(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kanister"))
        .args(args)
        .env("KANISTER_CACHE", "none")
        .env_remove("KANISTER_PLUGINS")
        .output()
        .unwrap()
}

fn succeeds(args: &[&str]) -> String {
    let output = kanister(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn fails(args: &[&str], because: &str) {
    let output = kanister(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{args:?}");
    assert!(errors.contains(because), "{args:?}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn a_function_runs_and_prints_its_outputs() {
    let hello = hello();
    let hello = hello.to_str().unwrap();
    let text = succeeds(&["plugin", "run", hello, "--arg", "name=world"]);
    assert_eq!(text, "greeting: hello, world\n");
    let json = succeeds(&["plugin", "run", hello, "--arg", "name=world", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["output"]["greeting"], "hello, world");
}

#[test]
fn a_component_is_described() {
    let hello = hello();
    let hello = hello.to_str().unwrap();
    let text = succeeds(&["plugin", "inspect", hello]);
    for part in [
        "Hello v1.0.0",
        "kanister:host/log@0.1.0",
        "name",
        "required",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let json = succeeds(&["plugin", "inspect", hello, "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["functions"][0]["name"], "Hello");
}

#[test]
fn mistakes_are_named() {
    let hello = hello();
    let hello = hello.to_str().unwrap();
    fails(&["plugin", "run", hello], "Required arg missing: name");
    fails(
        &["plugin", "run", hello, "--arg", "name"],
        "write --arg NAME=VALUE",
    );
    fails(
        &["plugin", "run", hello, "--arg", "name=x", "--arg", "nmae=x"],
        "argument nmae is not supported",
    );
    fails(&["plugin", "run", "Helo"], "kanister plugin list");
    fails(&["plugin", "run", "./gone.wasm"], "cannot be read");
    fails(&["plugin", "inspect", "./Cargo.toml"], "WebAssembly");
    fails(
        &[
            "plugin", "run", hello, "--arg", "name=x", "--allow", "network",
        ],
        "the sections are",
    );
    fails(&["plugin", "rnu"], "unrecognized subcommand");
}

#[test]
fn the_definitions_of_the_resources_are_printed() {
    let text = succeeds(&["crds"]);
    assert_eq!(text.matches("kind: CustomResourceDefinition").count(), 3);
    let json = succeeds(&["crds", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"].as_array().unwrap().len(), 3);
}

#[test]
fn completions_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(succeeds(&["completions", shell]).contains("kanister"));
    }
}

/// The links that `cargo xtask build` makes.
#[cfg(unix)]
#[test]
fn the_binary_has_other_names() {
    let folder = tempfile::tempdir().unwrap();
    for (name, words) in [("kando", "location"), ("kanctl", "create")] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kanister"), &link).unwrap();
        let output = Command::new(link).arg("--help").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains(words),
            "{name}: {text}"
        );
    }
}
