//! Every recorded case gives what upstream gave.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests say what they expect by panicking"
)]

use kanister_template::{Dialect, Template};
use std::path::PathBuf;
use template_conformance::{Case, run_file, worded_differently};

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

/// Templates made at random for every part of the language, for the parameter tree and for conditions with JSONPaths,
/// half of them wrong, with what the Go implementation gave for them.
#[test]
fn further_cases() {
    check("further.json", 1010);
}

/// Messages that differ from Go's on purpose.
fn differs_on_purpose(go: &str, ours: &str) -> bool {
    // An error must not show a secret, and what a function was given may be one.
    ours.contains("may hold a secret")
        // The name of a type that only the wording shows, and the source of what was to be called.
        || go.contains("v1alpha1.JSONMap")
        || go.contains("error calling call: non-function")
}

/// Place, context and message of errors are Go's, not only their kind.
#[test]
fn errors_are_worded_as_in_go() {
    let mut same = 0;
    let mut different = Vec::new();
    for file in ["golden-dev.json", "generated.json", "further.json"] {
        let text = std::fs::read_to_string(data(file)).unwrap();
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        for case in cases.iter().filter(|case| case.go_error.is_some()) {
            match worded_differently(case) {
                Some((go, ours)) if !differs_on_purpose(&go, &ours) => {
                    different.push(format!("{}\n  {go}\n  {ours}", case.name));
                }
                Some(_) => {}
                None => same += 1,
            }
        }
    }
    assert!(different.is_empty(), "{different:#?}");
    assert!(same > 900, "{same}");
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
