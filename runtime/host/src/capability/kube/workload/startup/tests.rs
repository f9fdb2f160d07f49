use super::*;
use serde_json::json;

fn of(status: Value) -> Startup {
    startup(&json!({"status": status})).unwrap()
}

fn waiting(reason: &str) -> Value {
    json!({"phase": "Pending", "containerStatuses": [{
        "name": "c", "ready": false, "restartCount": 0, "image": "", "imageID": "",
        "state": {"waiting": {"reason": reason, "message": "because"}},
    }]})
}

#[test]
fn whatever_is_not_pending_has_started() {
    for phase in ["Running", "Succeeded", "Failed", "Unknown"] {
        assert_eq!(of(json!({"phase": phase})), Startup::Started);
    }
    assert_eq!(of(json!({})), Startup::Pending);
    assert_eq!(of(waiting("ContainerCreating")), Startup::Pending);
    assert_eq!(of(waiting("PodInitializing")), Startup::Pending);
}

#[test]
fn troubles_say_why_and_how_long_they_may_last() {
    let trouble = |status| match of(status) {
        Startup::Trouble { why, patience } => (why, patience),
        other => panic!("{other:?} is no trouble"),
    };
    let (why, patience) = trouble(waiting("InvalidImageName"));
    assert_eq!(why, "container c: InvalidImageName: because");
    assert_eq!(patience, Duration::ZERO);
    for reason in [
        "ErrImagePull",
        "ImagePullBackOff",
        "CreateContainerConfigError",
    ] {
        assert_eq!(trouble(waiting(reason)).1, PASSING);
    }
    assert_eq!(
        trouble(json!({"phase": "Pending", "reason": "OutOfcpu"})).1,
        Duration::ZERO
    );
    let unschedulable = |message: &str| {
        json!({"phase": "Pending", "conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": message,
        }]})
    };
    let (why, patience) = trouble(unschedulable("persistentvolumeclaim \"x\" not found"));
    assert!(why.contains("\"x\" not found"));
    assert_eq!(patience, PASSING);
    assert_eq!(trouble(unschedulable("0/1 nodes")).1, NEW_NODE);
}
