//! The JSON of a minimal ActionSet, field by field.

use kanister_api::{ActionSet, ActionSetStatus, ActionStatus, Phase, State};
use serde_json::json;

#[test]
fn writes_what_go_writes() {
    let mut set: ActionSet = serde_json::from_value(json!({
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "ActionSet",
        "metadata": {"name": "a", "namespace": "n", "creationTimestamp": null},
        "spec": {"actions": [{"name": "backup", "object": {"kind": "Namespace", "name": "x"}, "later": 1}]},
    }))
    .unwrap();
    set.status = Some(ActionSetStatus {
        state: State::Pending,
        actions: vec![ActionStatus {
            phases: vec![Phase {
                name: "p".into(),
                state: State::Pending,
                ..Phase::default()
            }],
            ..ActionStatus::default()
        }],
        ..ActionSetStatus::default()
    });
    let reference = |kind: &str, name: &str| json!({"apiVersion": "", "group": "", "resource": "", "kind": kind, "name": name});
    assert_eq!(
        serde_json::to_value(&set).unwrap(),
        json!({
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": {"name": "a", "namespace": "n"},
            "spec": {"actions": [{
                "name": "backup",
                "object": reference("Namespace", "x"),
                "preferredVersion": "",
                "podLabels": null,
                "podAnnotations": null,
                "later": 1,
            }]},
            "status": {
                "state": "pending",
                "actions": [{
                    "name": "",
                    "object": reference("", ""),
                    "blueprint": "",
                    "phases": [{"name": "p", "state": "pending", "progress": {}}],
                    "deferPhase": {"name": "", "state": "", "progress": {}},
                }],
                "error": {"message": ""},
                "progress": {},
            },
        })
    );
}

#[test]
fn refuses_another_kind() {
    let error = serde_json::from_value::<ActionSet>(json!({
        "apiVersion": "cr.kanister.io/v1alpha1", "kind": "Profile",
    }))
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"kind is "Profile", expected "ActionSet""#
    );
}
