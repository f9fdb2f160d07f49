//! The list of permissions, and imports against manifest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests say what they expect by panicking"
)]

mod made;

use kanister_plugin::{Component, Mismatch, Need, ReadError};
use made::{component, plugin, plugin_with};

const OBJECTS: &str = "kanister:kube/objects@0.1.0";
const EXEC: &str = "kanister:kube/exec@0.1.0";
const REVEAL: &str = "kanister:secrets/reveal@0.1.0";
const STORE: &str = "kanister:secrets/store@0.1.0";
const HTTP: &str = "kanister:http/client@0.1.0";

const KUBERNETES_RULE: &str = "{kubernetes: [{verbs: [get], groups: [apps], \
     resources: [deployments], namespaces: [$subject], names: ['*']}]}";

fn read(bytes: &[u8]) -> Component {
    Component::read("test", bytes).unwrap()
}

fn mismatches(bytes: &[u8]) -> Vec<Mismatch> {
    read(bytes).check().expect_err("they disagree")
}

#[test]
fn the_permissions_are_the_imports() {
    let component = read(&plugin(&["kanister:host/log@0.1.0", EXEC]));
    let permissions = component.permissions();
    let of = |name: &str| {
        permissions
            .iter()
            .find(|permission| permission.import.name == name)
            .unwrap()
    };
    assert_eq!(of("kanister:host/log@0.1.0").import.functions, ["write"]);
    assert!(of("kanister:host/log@0.1.0").needs.is_empty());
    assert_eq!(of(EXEC).meaning, "runs commands in containers");
    assert!(of(EXEC).import.functions.contains(&"spawn".to_owned()));
    assert_eq!(
        of("kanister:function/types@0.1.0").meaning,
        "names types and calls nothing"
    );
    assert!(permissions.iter().all(|permission| permission.known));
    assert!(
        !permissions
            .iter()
            .any(|permission| permission.import.name == OBJECTS)
    );
}

#[test]
fn an_import_without_its_section_is_refused() {
    let found = mismatches(&plugin(&[OBJECTS]));
    assert!(matches!(found.as_slice(), [Mismatch::Undeclared { import, .. }] if import == OBJECTS));
    let text = found[0].to_string();
    assert!(
        text.contains("requires.kubernetes") && text.contains(OBJECTS),
        "{text}"
    );
}

#[test]
fn a_section_without_its_import_is_refused() {
    let found = mismatches(&plugin_with(&["kanister:host/log@0.1.0"], KUBERNETES_RULE));
    assert!(
        matches!(found.as_slice(), [Mismatch::OverAsking { .. }]),
        "{found:?}"
    );
}

#[test]
fn imports_and_sections_that_fit_are_accepted() {
    assert_eq!(
        read(&plugin_with(&[OBJECTS], KUBERNETES_RULE)).check(),
        Ok(())
    );
    assert_eq!(
        read(&plugin(&["kanister:host/clock@0.1.0"])).check(),
        Ok(())
    );
}

#[test]
fn seeing_a_secret_has_to_be_said() {
    let inject = "{secrets: [{slot: db, use: [inject]}]}";
    let reveal = "{secrets: [{slot: db, use: [inject, reveal]}]}";
    assert_eq!(read(&plugin_with(&[STORE], inject)).check(), Ok(()));
    assert_eq!(read(&plugin_with(&[STORE, REVEAL], reveal)).check(), Ok(()));
    let hidden = mismatches(&plugin_with(&[STORE, REVEAL], inject));
    assert!(
        matches!(hidden.as_slice(), [Mismatch::UndeclaredReveal { .. }]),
        "{hidden:?}"
    );
    let asking = mismatches(&plugin_with(&[STORE], reveal));
    assert!(
        matches!(asking.as_slice(), [Mismatch::OverAskingReveal { slot }] if slot == "db"),
        "{asking:?}"
    );
}

#[test]
fn a_request_may_carry_a_secret_that_the_guest_does_not_import() {
    let requires =
        "{http: [{hosts: [example.com], methods: [GET]}], secrets: [{slot: api, use: [inject]}]}";
    assert_eq!(read(&plugin_with(&[HTTP], requires)).check(), Ok(()));
}

#[test]
fn interfaces_outside_of_the_contract_are_refused() {
    let bytes = component(
        "import thief: interface { steal: func(); }\n\
         export kanister:function/describe@0.1.0;\nexport kanister:function/run@0.1.0;",
    );
    let found = mismatches(&bytes);
    assert!(
        matches!(found.as_slice(), [Mismatch::UnknownImport { import }] if import == "thief"),
        "{found:?}"
    );
}

#[test]
fn scaling_needs_kubernetes_and_helpers_need_workload() {
    let component = read(&plugin(&["kanister:kube/workload@0.1.0"]));
    let sections: Vec<String> = component
        .permissions()
        .into_iter()
        .flat_map(|permission| permission.needs)
        .map(|need| match need {
            Need::Section(section) => section.to_string(),
            Need::Reveal => "reveal".to_owned(),
        })
        .collect();
    assert_eq!(sections, ["kubernetes", "workload"]);
}

#[test]
fn a_component_that_is_no_plugin_is_refused() {
    let bytes = component("export kanister:function/run@0.1.0;");
    let error = Component::read("test", &bytes).unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::NoExport {
                interface: "kanister:function/describe"
            }
        ),
        "{error}"
    );
}
