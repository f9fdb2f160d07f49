//! `kanister lint` and `kanister caps` as a user runs them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

mod support;

use serde_json::Value;
use support::Place;

const WRONG: &str = r#"
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: wrong}
actions:
  act:
    phases:
    - func: Helo
      name: one
      args: {name: x}
    - func: Hello
      name: two
      args: {nmae: x}
"#;

#[test]
fn what_is_right_is_said_to_be() {
    let place = Place::new();
    let text = place.succeeds(&["lint", "--fail-on", "note", "blueprint.yaml"]);
    assert_eq!(text, "Nothing wrong in 1 file.\n");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let place = Place::new();
    place.write("wrong.yaml", WRONG);
    let text = place.ends(&["lint", "wrong.yaml"], 1);
    for part in [
        "error[unknown-function]",
        "did you mean Hello?",
        "wrong.yaml:8:13",
        "8 |     - func: Helo",
        "^^^^",
        "error[missing-argument]",
        "error[unknown-argument]",
        "did you mean name?",
        "= do: ",
        "3 errors in 1 file.",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json: Value =
        serde_json::from_str(&place.ends(&["lint", "wrong.yaml", "-o", "json"], 1)).unwrap();
    assert_eq!(json["counts"]["errors"], 3);
    assert_eq!(json["findings"][0]["line"], 8);
    let sarif = place.ends(&["lint", "wrong.yaml", "--format", "sarif"], 1);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(result["ruleId"], "unknown-function");
    let rule = result["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(
        sarif["runs"][0]["tool"]["driver"]["rules"][rule]["id"],
        "unknown-function"
    );
}

#[test]
fn exit_codes_tell() {
    let place = Place::new();
    let note = WRONG.replace("Helo", "Hello").replace("nmae: x", "name: x")
        + "  backup:\n    phases:\n    - {func: Hello, name: three, args: {name: x}}\n";
    place.write("warned.yaml", &note);
    place.ends(&["lint", "warned.yaml"], 0);
    let text = place.ends(&["lint", "--fail-on", "warning", "warned.yaml"], 1);
    assert!(text.contains("warning[delete-missing]"), "{text}");
    let text = place.ends(&["lint", "gone.yaml"], 2);
    assert!(text.contains("gone.yaml cannot be read"), "{text}");
    assert!(
        place
            .succeeds(&["lint", "--rules"])
            .contains("credential-in-argv")
    );
}

#[test]
fn a_function_that_needs_nothing_gets_no_role() {
    let place = Place::new();
    let text = place.succeeds(&["caps", "blueprint.yaml", "--action", "delete"]);
    assert!(text.contains("# What Blueprint greetings needs."), "{text}");
    assert!(!text.contains("kind: Role"), "{text}");
    let text = place.ends(&["caps", "blueprint.yaml", "--action", "gone"], 2);
    assert!(text.contains("there is backup, delete, restore"), "{text}");
}
