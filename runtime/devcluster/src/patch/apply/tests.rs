use super::*;
use crate::patch::record_update;
use crate::schema::builtin;

fn writer(name: &str) -> Writer {
    Writer {
        manager: name.into(),
        api_version: "v1".into(),
        subresource: "",
    }
}

fn try_apply(live: &Value, name: &str, body: &Value, force: bool) -> Result<Value, Status> {
    let writer = writer(name);
    let applied = Applied {
        body,
        writer: &writer,
        force,
    };
    apply(live, &applied, builtin("v1/ConfigMap").unwrap())
}

#[test]
fn what_is_no_longer_applied_is_removed_unless_somebody_else_has_it() {
    let one = try_apply(
        &Value::Null,
        "a",
        &json!({"data": {"x": "1", "y": "1"}}),
        false,
    )
    .unwrap();
    let two = try_apply(&one, "b", &json!({"data": {"y": "1"}}), false).unwrap();
    let three = try_apply(&two, "a", &json!({"data": {"z": "1"}}), false).unwrap();
    assert_eq!(three["data"], json!({"y": "1", "z": "1"}));
}

#[test]
fn changing_what_another_owns_is_a_conflict_unless_forced() {
    let one = try_apply(&Value::Null, "a", &json!({"data": {"x": "1"}}), false).unwrap();
    let body = json!({"data": {"x": "2"}});
    let status = try_apply(&one, "b", &body, false).unwrap_err();
    assert_eq!(status.reason, "Conflict");
    assert_eq!(
        status.message,
        "Apply failed with 1 conflict: conflict with \"a\": .data.x"
    );
    let two = try_apply(&one, "b", &body, true).unwrap();
    assert_eq!(two["data"], json!({"x": "2"}));
    assert_eq!(
        try_apply(&two, "a", &json!({"data": {"x": "2"}}), false).unwrap()["data"],
        two["data"]
    );
}

#[test]
fn an_update_takes_ownership_and_the_next_apply_sees_it() {
    let one = try_apply(&Value::Null, "a", &json!({"data": {"x": "1"}}), false).unwrap();
    let mut edited = one.clone();
    edited["data"]["x"] = "9".into();
    record_update(
        &one,
        &mut edited,
        builtin("v1/ConfigMap").unwrap(),
        &writer("editor"),
    );
    let status = try_apply(&edited, "a", &json!({"data": {"x": "1"}}), false).unwrap_err();
    assert!(
        status
            .message
            .contains("conflict with \"editor\" using v1: .data.x"),
        "{status}"
    );
}

#[test]
fn applying_the_same_twice_changes_nothing() {
    let body = json!({"metadata": {"labels": {"a": "b"}}, "data": {"x": "1"}});
    let one = try_apply(&Value::Null, "a", &body, false).unwrap();
    assert_eq!(try_apply(&one, "a", &body, false).unwrap(), one);
}
