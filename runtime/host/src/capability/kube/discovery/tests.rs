use super::*;
use serde_json::json;

#[test]
fn subresources_are_no_resources() {
    let resources: Vec<Resource> = serde_json::from_value(json!([
        {"name": "deployments/scale", "kind": "Deployment", "namespaced": true},
        {"name": "deployments", "kind": "Deployment", "namespaced": true, "verbs": ["get"]},
    ]))
    .unwrap();
    let found = find(&resources, "apps", "v1", "Deployment").unwrap();
    assert_eq!(found.api.plural, "deployments");
    assert_eq!(found.api.group, "apps");
    assert!(found.namespaced);
    assert!(find(&resources, "apps", "v1", "deployment").is_none());
}

#[test]
fn an_api_version_cannot_leave_its_place() {
    assert_eq!(split("v1").unwrap(), ("", "v1"));
    assert_eq!(split("apps/v1").unwrap(), ("apps", "v1"));
    for wrong in ["", "/v1", "apps/", "a/b/c", "v1?x", "../api"] {
        assert!(
            matches!(split(wrong), Err(KubeError::Invalid(_))),
            "{wrong}"
        );
    }
}
