use super::*;
use serde_json::json;

#[test]
fn a_failed_pod_says_what_became_of_each_container() {
    let pod = json!({"status": {
        "phase": "Failed", "reason": "Evicted", "message": "no room\n",
        "initContainerStatuses": [{
            "name": "init", "ready": false, "restartCount": 0, "image": "", "imageID": "",
            "state": {"terminated": {
                "exitCode": 0, "reason": "Completed",
                "startedAt": "1970-01-01T00:00:01Z", "finishedAt": "1970-01-01T00:00:02Z",
            }},
        }],
        "containerStatuses": [
            {
                "name": "a", "ready": false, "restartCount": 0, "image": "", "imageID": "",
                "state": {"terminated": {"exitCode": 137, "signal": 9, "reason": "OOMKilled"}},
            },
            {
                "name": "b", "ready": false, "restartCount": 0, "image": "", "imageID": "",
                "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}},
            },
        ],
    }});
    let outcome = outcome(&pod).unwrap().unwrap();
    assert_eq!(
        (outcome.phase.as_str(), outcome.reason.as_str()),
        ("Failed", "Evicted")
    );
    assert_eq!(outcome.message, "no room");
    let [init, a, b] = outcome.containers.as_slice() else {
        panic!("three containers");
    };
    assert_eq!(
        (init.started_ms, init.finished_ms),
        (Some(1000), Some(2000))
    );
    assert_eq!((a.exit_code, a.signal), (Some(137), Some(9)));
    assert_eq!(a.reason, "OOMKilled");
    assert_eq!((b.exit_code, b.reason.as_str()), (None, "ImagePullBackOff"));
}

#[test]
fn a_secret_in_a_message_stays_a_token() {
    let vault = Vault::new();
    let token = vault.deposit("hunter22".to_owned().into()).unwrap();
    let pod = json!({"status": {"phase": "Failed", "message": "cannot run hunter22"}});
    let outcome = concealed(outcome(&pod).unwrap().unwrap(), &vault);
    assert_eq!(outcome.message, format!("cannot run {token}"));
}

#[test]
fn a_pod_that_runs_has_no_outcome() {
    for phase in ["Pending", "Running", "Unknown"] {
        let pod = json!({"status": {"phase": phase}});
        assert!(outcome(&pod).unwrap().is_none());
    }
    assert!(outcome(&json!({})).unwrap().is_none());
}
