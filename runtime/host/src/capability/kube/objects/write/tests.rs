use super::*;

fn preconditions() -> Preconditions {
    Preconditions {
        uid: Some("u-1".to_owned()),
        resource_version: Some("42".to_owned()),
    }
}

#[test]
fn preconditions_travel_in_the_patch() {
    let guard = |kind, text| guarded(kind, text, Some(&preconditions())).unwrap();
    assert_eq!(
        guard(
            PatchKind::Merge,
            r#"{"spec":{"x":1},"metadata":{"labels":{}}}"#
        ),
        json!({
            "spec": {"x": 1},
            "metadata": {"labels": {}, "uid": "u-1", "resourceVersion": "42"},
        })
    );
    assert_eq!(
        guard(PatchKind::JsonPatch, "[]"),
        json!([
            {"op": "replace", "path": "/metadata/uid", "value": "u-1"},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": "42"},
        ])
    );
    assert_eq!(
        guarded(PatchKind::Strategic, r#"{"a":1}"#, None).unwrap(),
        json!({"a": 1})
    );
}

#[test]
fn a_patch_of_the_wrong_shape_is_refused() {
    let wanted = preconditions();
    for (kind, text) in [
        (PatchKind::Merge, "[]"),
        (PatchKind::Strategic, "1"),
        (PatchKind::JsonPatch, "{}"),
        (PatchKind::Merge, r#"{"metadata":1}"#),
        (PatchKind::Merge, "{"),
    ] {
        assert!(guarded(kind, text, Some(&wanted)).is_err(), "{text}");
    }
}

#[test]
fn delete_options_are_those_of_the_api() {
    let options = DeleteOptions {
        propagation: Some(Propagation::Foreground),
        grace_period_seconds: Some(0),
        preconditions: Some(preconditions()),
        dry_run: true,
    };
    assert_eq!(
        delete_options(options),
        json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "propagationPolicy": "Foreground", "gracePeriodSeconds": 0,
            "preconditions": {"uid": "u-1", "resourceVersion": "42"},
            "dryRun": ["All"],
        })
    );
}
