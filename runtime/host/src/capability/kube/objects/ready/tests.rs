use super::*;
use serde_json::json;

fn of(group: &str, plural: &str, object: Value) -> Readiness {
    let api = ApiResource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
    };
    readiness(&api, &object)
}

#[test]
fn a_deployment_is_ready_when_only_new_pods_are_there_and_available() {
    let deployment = |generation, updated, all, available| {
        of(
            "apps",
            "deployments",
            json!({
                "metadata": {"generation": generation},
                "spec": {"replicas": 2},
                "status": {
                    "observedGeneration": 3, "updatedReplicas": updated,
                    "replicas": all, "availableReplicas": available,
                },
            }),
        )
    };
    assert_eq!(deployment(3, 2, 2, 2), Readiness::Ready);
    assert_eq!(deployment(4, 2, 2, 2), Readiness::NotYet);
    assert_eq!(deployment(3, 1, 2, 2), Readiness::NotYet);
    assert_eq!(deployment(3, 2, 3, 2), Readiness::NotYet);
    assert_eq!(deployment(3, 2, 2, 1), Readiness::NotYet);
    let stuck = json!({"status": {"conditions": [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
    ]}});
    assert!(matches!(
        of("apps", "deployments", stuck),
        Readiness::Never(_)
    ));
}

#[test]
fn a_stateful_set_waits_for_its_revision_or_its_partition() {
    let set = |ready, updated, current: &str, strategy: Value| {
        of(
            "apps",
            "statefulsets",
            json!({
                "metadata": {"generation": 1},
                "spec": {"replicas": 3, "updateStrategy": strategy},
                "status": {
                    "observedGeneration": 1, "readyReplicas": ready,
                    "updatedReplicas": updated, "updateRevision": "b",
                    "currentRevision": current,
                },
            }),
        )
    };
    let rolling = json!({"type": "RollingUpdate"});
    let partition = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    assert_eq!(set(3, 3, "b", rolling.clone()), Readiness::Ready);
    assert_eq!(set(2, 3, "b", rolling.clone()), Readiness::NotYet);
    assert_eq!(set(3, 2, "a", rolling), Readiness::NotYet);
    assert_eq!(set(3, 1, "a", partition.clone()), Readiness::Ready);
    assert_eq!(set(3, 0, "a", partition), Readiness::NotYet);
    assert_eq!(
        set(3, 0, "a", json!({"type": "OnDelete"})),
        Readiness::Ready
    );
}

#[test]
fn other_kinds() {
    let condition =
        |kind: &str| json!({"status": {"conditions": [{"type": kind, "status": "True"}]}});
    assert_eq!(of("batch", "jobs", condition("Complete")), Readiness::Ready);
    assert!(matches!(
        of("batch", "jobs", condition("Failed")),
        Readiness::Never(_)
    ));
    assert_eq!(of("", "pods", condition("Ready")), Readiness::Ready);
    assert!(matches!(
        of("", "pods", json!({"status": {"phase": "Failed"}})),
        Readiness::Never(_)
    ));
    assert_eq!(
        of("x.io", "widgets", condition("Available")),
        Readiness::Ready
    );
    assert_eq!(of("x.io", "widgets", json!({})), Readiness::NotYet);
    let bound = json!({"status": {"phase": "Bound"}});
    assert_eq!(of("", "persistentvolumeclaims", bound), Readiness::Ready);
    let daemons = json!({"status": {
        "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1,
    }});
    assert_eq!(of("apps", "daemonsets", daemons), Readiness::NotYet);
}
