use super::*;
use serde_json::json;

fn api(group: &str, plural: &str) -> ApiResource {
    ApiResource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
    }
}

fn holds(condition: wit::Condition, object: Option<&Value>) -> bool {
    let api = api("", "widgets");
    Condition::parse(condition)
        .unwrap()
        .holds(&api, object)
        .unwrap()
}

#[test]
fn there_or_not_there() {
    let object = json!({});
    assert!(holds(wit::Condition::Exists, Some(&object)));
    assert!(!holds(wit::Condition::Exists, None));
    assert!(holds(wit::Condition::Absent, None));
    assert!(!holds(wit::Condition::Absent, Some(&object)));
    assert!(!holds(wit::Condition::Ready, None));
}

#[test]
fn a_status_condition_of_an_older_generation_does_not_count() {
    let ready = |generation, observed| {
        json!({
            "metadata": {"generation": generation},
            "status": {
                "observedGeneration": observed,
                "conditions": [{"type": "Synced", "status": "True"}],
            },
        })
    };
    let condition = || {
        wit::Condition::StatusCondition(wit::ConditionEquals {
            kind: "Synced".to_owned(),
            status: "true".to_owned(),
        })
    };
    assert!(holds(condition(), Some(&ready(2, 2))));
    assert!(!holds(condition(), Some(&ready(3, 2))));
}

#[test]
fn a_path_has_a_value() {
    let condition = |path: &str| {
        wit::Condition::Jsonpath(wit::PathEquals {
            path: path.to_owned(),
            value: "Bound".to_owned(),
        })
    };
    let object = json!({"status": {"phase": "Bound"}});
    assert!(holds(condition("{.status.phase}"), Some(&object)));
    assert!(!holds(condition("{.status.x}"), Some(&object)));
    assert!(Condition::parse(condition("{")).is_err());
}
