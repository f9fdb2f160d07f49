use super::*;
use proptest::prelude::*;
use serde_json::json;

fn object() -> Value {
    json!({
        "metadata": {"labels": {"app.kubernetes.io/name": "db"}},
        "spec": {"replicas": 3},
        "status": {
            "phase": "Running",
            "ready": true,
            "conditions": [
                {"type": "Ready", "status": "True", "n": 1},
                {"type": "Other", "status": "False", "n": 2},
            ],
        },
    })
}

#[test]
fn finds_what_kubectl_finds() {
    for (path, value) in [
        ("{.status.phase}", "Running"),
        ("{$.status.phase}", "Running"),
        (".status.phase", "Running"),
        ("status.phase", "Running"),
        ("{.spec.replicas}", "3"),
        ("{.status.ready}", "true"),
        (r"{.metadata.labels.app\.kubernetes\.io/name}", "db"),
        ("{.metadata.labels['app.kubernetes.io/name']}", "db"),
        ("{.status.conditions[0].type}", "Ready"),
        ("{.status.conditions[-1].type}", "Other"),
        (r#"{.status.conditions[?(@.type=="Ready")].status}"#, "True"),
        (
            "{.status.conditions[?( @.type != 'Ready' )].status}",
            "False",
        ),
        ("{.status.conditions[?(@.n==2)].type}", "Other"),
    ] {
        assert!(
            JsonPath::parse(path).unwrap().is(&object(), value),
            "{path}"
        );
    }
}

#[test]
fn several_values_or_none_are_not_one() {
    for path in [
        "{.status.conditions[*].status}",
        "{.status.none}",
        "{.status}",
        "{.status.conditions[7].type}",
    ] {
        assert!(
            !JsonPath::parse(path).unwrap().is(&object(), "True"),
            "{path}"
        );
    }
    let all = JsonPath::parse("{.status.conditions[*].status}").unwrap();
    assert_eq!(all.find(&object()).len(), 2);
}

#[test]
fn a_wrong_path_says_where() {
    for path in [
        "{.a",
        "{.a[}",
        "{.a[x]}",
        "{..a}",
        "{.a.}",
        "{.a['b}",
        "{.a[?(b)]}",
        "{.a[?(@.b>1)]}",
        "{.a[?(@.b==x)]}",
        "{.a} {.b}",
    ] {
        assert!(
            matches!(JsonPath::parse(path), Err(KubeError::Invalid(_))),
            "{path}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        if let Ok(path) = JsonPath::parse(&text) {
            let _ = path.find(&object());
        }
    }
}
