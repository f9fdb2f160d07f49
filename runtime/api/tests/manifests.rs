//! Manifests become the objects, and the objects the JSON, that the Go clients make of them.
//! Each folder of `tests/api/manifests` has an `input.yaml` and the `expected.json` of its documents.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use kanister_api::crd;
use kanister_api::document::{Limits, Object, Problem, parse, parse_documents, parse_with_limits};
use serde_json::Value;

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/api")
        .join(folder);
    let mut cases: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn read(case: &Path, file: &str) -> String {
    let path = case.join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(object: &Object) -> Value {
    match object {
        Object::ActionSet(object) => serde_json::to_value(object),
        Object::Blueprint(object) => serde_json::to_value(object),
        Object::Profile(object) => serde_json::to_value(object),
    }
    .unwrap()
}

/// Reads a manifest, writes it, and reads what was written: both times the same comes out.
fn round_trip(case: &Path) -> Value {
    let objects = parse_documents(&read(case, "input.yaml"))
        .unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    let written: Vec<Value> = objects.iter().map(json).collect();
    for (object, written) in objects.iter().zip(&written) {
        let again = match object {
            Object::ActionSet(_) => serde_json::from_value(written.clone()).map(Object::ActionSet),
            Object::Blueprint(_) => serde_json::from_value(written.clone()).map(Object::Blueprint),
            Object::Profile(_) => serde_json::from_value(written.clone()).map(Object::Profile),
        };
        assert_eq!(again.unwrap(), *object, "{}", case.display());
    }
    written.into()
}

#[test]
fn manifests_become_the_json_of_the_go_clients() {
    for case in cases("manifests") {
        let expected: Value = serde_json::from_str(&read(&case, "expected.json")).unwrap();
        assert_eq!(round_trip(&case), expected, "{}", case.display());
    }
}

#[test]
fn additions_and_unknown_fields_survive() {
    for case in cases("additions") {
        let expected: Value = serde_json::from_str(&read(&case, "expected.json")).unwrap();
        assert_eq!(round_trip(&case), expected, "{}", case.display());
    }
}

/// Only fields that no type knows fall to pruning, so types and schemas have the same fields. The
/// cases `*-full` have every field there is.
#[test]
fn schemas_keep_every_known_field() {
    for case in cases("manifests").into_iter().chain(cases("additions")) {
        let pruned: Vec<String> = parse(&read(&case, "input.yaml"))
            .unwrap()
            .iter()
            .flat_map(|document| {
                let schema = crd::schema(document.kind()).unwrap();
                crd::prune(&schema, &mut document.to_json())
            })
            .collect();
        let expected = fs::read_to_string(case.join("pruned.txt")).unwrap_or_default();
        assert_eq!(
            pruned,
            expected.lines().collect::<Vec<_>>(),
            "{}",
            case.display()
        );
    }
}

#[test]
fn mistakes_are_named_and_located() {
    for case in cases("errors") {
        let error = parse_documents(&read(&case, "input.yaml")).unwrap_err();
        let expected = read(&case, "error.txt");
        assert_eq!(error.to_string(), expected.trim_end(), "{}", case.display());
    }
}

#[test]
fn limits_hold() {
    let text = "apiVersion: v1\nkind: A\nx: &x [[1], [1]]\ny: [*x, *x]\n";
    let roomy = Limits {
        text: text.len(),
        depth: 3,
        expanded: 4096,
    };
    assert_eq!(parse_with_limits(text, roomy).unwrap().len(), 1);
    for narrow in [
        Limits {
            text: text.len() - 1,
            ..roomy
        },
        Limits { depth: 2, ..roomy },
        Limits {
            expanded: 1500,
            ..roomy
        },
    ] {
        let error = parse_with_limits(text, narrow).unwrap_err();
        assert!(
            matches!(*error.problem, Problem::TooLarge(_)),
            "{narrow:?}: {error}"
        );
    }
}
