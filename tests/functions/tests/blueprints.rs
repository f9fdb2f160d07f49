//! The library of Blueprints: what can be said of it without running it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use kanister_api::document;
use std::path::{Path, PathBuf};

/// The folders, each of one application.
fn folders() -> Vec<PathBuf> {
    let library = test_guests::root().join("blueprints");
    let entries = std::fs::read_dir(library).unwrap();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 2, "{folders:?}");
    folders
}

fn read(folder: &Path, file: &str) -> String {
    let path = folder.join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_folder_has_all_that_a_reader_needs() {
    for folder in folders() {
        for file in [
            "README.md",
            "blueprint.yaml",
            "application.yaml",
            "actionset.yaml",
        ] {
            assert!(!read(&folder, file).is_empty(), "{}", folder.display());
        }
        let actions = |file: &str| {
            let documents = document::parse(&read(&folder, file)).unwrap();
            documents[0].to_json()
        };
        let blueprint = actions("blueprint.yaml");
        for action in ["backup", "restore", "delete"] {
            assert!(blueprint["actions"][action].is_object(), "{action}");
        }
        let used = &actions("actionset.yaml")["spec"]["actions"][0];
        assert_eq!(used["blueprint"], blueprint["metadata"]["name"]);
        let name = used["name"].as_str().unwrap();
        let kind = &blueprint["actions"][name]["kind"];
        assert_eq!(used["object"]["kind"], *kind);
    }
}

#[test]
fn the_linter_has_nothing_to_say() {
    for folder in folders() {
        let findings = kanister_template::lint_blueprint(&read(&folder, "blueprint.yaml"));
        assert!(findings.is_empty(), "{}: {findings:#?}", folder.display());
    }
}
