//! Every recorded case gives what upstream gave.

use std::path::PathBuf;
use template_conformance::run_file;

/// Cases with a fairness flag that differ, each with its reason. None does.
const DIFFERENT: &[(&str, &str)] = &[];

#[test]
fn recorded_cases() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/golden-dev.json");
    let summary = run_file(&file).unwrap();
    let unlisted: Vec<_> = summary
        .failed
        .iter()
        .filter(|failure| !DIFFERENT.iter().any(|(name, _)| failure.starts_with(name)))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    assert_eq!(summary.passed + summary.failed.len(), 1373);
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
