//! Single fields as the Go clients write them.

use kanister_api::{ActionSet, ActionSetStatus, ActionStatus, Phase, PhaseProgress, State};
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

#[test]
fn writes_times_as_go_does() {
    let mut set: ActionSet = serde_json::from_value(json!({"status": {
        "progress": {"lastTransitionTime": "2026-01-02T03:04:05+02:00"},
        "run": {"actions": [
            {"time": "2026-01-02T03:04:05.120000000Z"},
            {"time": "2026-01-02T03:04:05.000000001Z"},
            {"time": "2026-01-02T03:04:05Z"},
        ]},
    }}))
    .unwrap();
    let status = set.status.take().unwrap();
    let written = serde_json::to_value(&status).unwrap();
    assert_eq!(
        written["progress"]["lastTransitionTime"],
        "2026-01-02T01:04:05Z"
    );
    let times: Vec<_> = status
        .run
        .unwrap()
        .actions
        .iter()
        .map(|a| a.time.unwrap())
        .collect();
    for (time, text) in times.iter().zip([
        "2026-01-02T03:04:05.12Z",
        "2026-01-02T03:04:05.000000001Z",
        "2026-01-02T03:04:05Z",
    ]) {
        assert_eq!(time.to_string(), text);
        assert_eq!(serde_json::to_value(time).unwrap(), text);
    }
}

#[test]
fn the_estimated_time_is_read_under_either_key_and_written_under_both() {
    let read = |value| serde_json::from_value::<PhaseProgress>(value).unwrap();
    assert_eq!(read(json!({"estimatedTimeSeconds": 7})).estimated_time(), 7);
    assert_eq!(read(json!({"estinatedTimeSeconds": 7})).estimated_time(), 7);
    let mut both = read(json!({"estimatedTimeSeconds": 1, "estinatedTimeSeconds": 2}));
    assert_eq!(both.estimated_time(), 1);
    assert_eq!(
        serde_json::to_value(&both).unwrap(),
        json!({"estimatedTimeSeconds": 1, "estinatedTimeSeconds": 2})
    );
    both.set_estimated_time(9);
    assert_eq!(
        serde_json::to_value(&both).unwrap(),
        json!({"estimatedTimeSeconds": 9, "estinatedTimeSeconds": 9})
    );
}

#[test]
fn numbers_beyond_the_type_do_not_stop_the_reader() {
    let progress: PhaseProgress = serde_json::from_value(json!({
        "sizeUploadedB": 18_446_744_073_709_551_615_u64,
        "sizeDownloadedB": -1e30,
        "estimatedUploadSizeB": 1e3,
    }))
    .unwrap();
    assert_eq!(progress.size_uploaded_b, i64::MAX);
    assert_eq!(progress.size_downloaded_b, i64::MIN);
    assert_eq!(progress.estimated_upload_size_b, 1000);
}
