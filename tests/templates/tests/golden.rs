//! Every recorded case gives what upstream gave.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests say what they expect by panicking"
)]

use kanister_template::{Dialect, Template};
use std::path::PathBuf;
use template_conformance::run_file;

/// Cases with a fairness flag that differ, each with its reason. None does.
const DIFFERENT: &[(&str, &str)] = &[];

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name)
}

fn check(name: &str, cases: usize) {
    let summary = run_file(&data(name)).unwrap();
    let unlisted: Vec<_> = summary
        .failed
        .iter()
        .filter(|failure| !DIFFERENT.iter().any(|(name, _)| failure.starts_with(name)))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    assert_eq!(summary.passed + summary.failed.len(), cases);
}

/// Blueprints, documentation and tests of upstream, and cases made by hand for every part of the language.
#[test]
fn recorded_cases() {
    check("golden-dev.json", 1373);
}

/// Calls made at random, with what the Go implementation gave for them.
#[test]
fn generated_cases() {
    check("generated.json", 2004);
}

/// Every function of upstream's map, by its signature file.
#[test]
fn every_function_exists() {
    let signatures = std::fs::read_to_string(data("functions.txt")).unwrap();
    let names: Vec<_> = signatures
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(names.len(), 150);
    for name in names {
        let template = format!("{{{{ {name} }}}}");
        assert!(
            Template::parse(&template, Dialect::GoArguments).is_ok(),
            "{name}"
        );
    }
}

/// A runner that passes everything proves nothing.
#[test]
fn a_wrong_case_fails() {
    let wrong = serde_json::json!({"mode": "render", "template": "{{ 1 }}", "expect": "2"});
    let case = serde_json::from_value(wrong).unwrap();
    assert_ne!(
        template_conformance::judge(&case),
        template_conformance::Verdict::Pass
    );
    let wrong = serde_json::json!({"mode": "render", "template": "{{ .a.b }}", "params": {}, "error": "exec:call"});
    let case = serde_json::from_value(wrong).unwrap();
    assert_ne!(
        template_conformance::judge(&case),
        template_conformance::Verdict::Pass
    );
}
