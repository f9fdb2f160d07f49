use super::*;

fn target(group: &str, namespace: Option<&str>, name: &str) -> ObjectRef {
    ObjectRef {
        api: ApiResource {
            group: group.to_owned(),
            version: "v1".to_owned(),
            plural: "things".to_owned(),
        },
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

fn url(target: &ObjectRef) -> String {
    Path::object(target).unwrap().url()
}

#[test]
fn core_and_groups_cluster_and_namespace() {
    assert_eq!(url(&target("", None, "a")), "/api/v1/things/a");
    assert_eq!(
        url(&target("x.io", Some("shop"), "system:a")),
        "/apis/x.io/v1/namespaces/shop/things/system:a"
    );
    let log = Path::pod("shop", "db-0", Some("log")).unwrap();
    assert_eq!(
        log.query("container", "a b").query("follow", "true").url(),
        "/api/v1/namespaces/shop/pods/db-0/log?container=a+b&follow=true"
    );
}

#[test]
fn a_name_cannot_leave_its_place() {
    for name in [
        "", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a\\b", "a b", "a\n",
    ] {
        let refused = Path::object(&target("", Some("shop"), name));
        assert!(matches!(refused, Err(KubeError::Invalid(_))), "{name:?}");
        let refused = Path::object(&target("", Some(name), "a"));
        assert!(matches!(refused, Err(KubeError::Invalid(_))), "{name:?}");
    }
    assert_eq!(url(&target("", None, "ü*")), "/api/v1/things/%C3%BC%2A");
}
