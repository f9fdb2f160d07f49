use super::*;

fn build(
    pod: Value,
    blueprint: Option<Value>,
    extras: &PodExtras,
    defaults: &PodDefaults,
    namespace: &str,
) -> Result<Value, KubeError> {
    Plan {
        pod,
        override_: blueprint,
        extras,
        defaults,
        namespace,
        controller_namespace: "kanister",
        invocation: "inv-1",
        key: "a key",
    }
    .build()
}

fn pod() -> Value {
    json!({
        "metadata": {"generateName": "kanister-job-", "labels": {"team": "db"}},
        "spec": {"containers": [{"name": "container", "image": "tools"}]},
    })
}

#[test]
fn a_plain_pod_gets_what_every_helper_has() {
    let built = build(
        pod(),
        None,
        &PodExtras::default(),
        &PodDefaults::default(),
        "shop",
    );
    assert_eq!(
        built.unwrap(),
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "generateName": "kanister-job-",
                "labels": {
                    "createdBy": "kanister", "team": "db",
                    "run.kanister.io/invocation": "inv-1",
                    "run.kanister.io/helper": label("a key"),
                },
                "namespace": "shop",
            },
            "spec": {
                "containers": [{"name": "container", "image": "tools"}],
                "restartPolicy": "Never",
            },
        })
    );
}

#[test]
fn the_action_set_wins_in_the_spec_and_loses_in_labels() {
    let extras = PodExtras {
        override_: Some(json!({"dnsPolicy": "ClusterFirst", "tolerations": [{"key": "a"}]})),
        labels: BTreeMap::from([
            ("team".to_owned(), "x".to_owned()),
            ("as".into(), "1".into()),
        ]),
        annotations: BTreeMap::from([("note".to_owned(), "as".to_owned())]),
    };
    let blueprint = json!({"dnsPolicy": "Default", "nodeSelector": {"disk": "ssd"}});
    let mut wanted = pod();
    wanted["metadata"]["annotations"] = json!({"note": "bp"});
    let defaults = PodDefaults::default();
    let built = build(wanted, Some(blueprint), &extras, &defaults, "shop").unwrap();
    assert_eq!(built["spec"]["dnsPolicy"], "ClusterFirst");
    assert_eq!(built["spec"]["nodeSelector"], json!({"disk": "ssd"}));
    assert_eq!(built["spec"]["tolerations"], json!([{"key": "a"}]));
    assert_eq!(built["metadata"]["labels"]["team"], "db");
    assert_eq!(built["metadata"]["labels"]["as"], "1");
    assert_eq!(built["metadata"]["annotations"], json!({"note": "bp"}));
}

#[test]
fn nobody_can_forge_the_labels_of_a_run() {
    let extras = PodExtras {
        labels: BTreeMap::from([(INVOCATION.to_owned(), "other".to_owned())]),
        ..PodExtras::default()
    };
    let mut wanted = pod();
    wanted["metadata"]["labels"][HELPER] = json!("other");
    let built = build(wanted, None, &extras, &PodDefaults::default(), "shop").unwrap();
    assert_eq!(built["metadata"]["labels"][INVOCATION], "inv-1");
    assert_eq!(built["metadata"]["labels"][HELPER], label("a key"));
}

#[test]
fn the_service_account_of_the_controller_stays_at_home() {
    let defaults = PodDefaults {
        service_account: Some("kanister-sa".to_owned()),
        ..PodDefaults::default()
    };
    let account = |pod, namespace, defaults| {
        let built = build(pod, None, &PodExtras::default(), defaults, namespace).unwrap();
        built["spec"]["serviceAccountName"].clone()
    };
    assert_eq!(account(pod(), "kanister", &defaults), "kanister-sa");
    assert_eq!(account(pod(), "shop", &defaults), Value::Null);
    let mut own = pod();
    own["spec"]["serviceAccountName"] = json!("own");
    assert_eq!(account(own, "kanister", &defaults), "own");
    let secure = PodDefaults {
        secure: true,
        ..defaults.clone()
    };
    assert_eq!(account(pod(), "kanister", &secure), "default");
    let override_ = json!({"serviceAccountName": "mine", "automountServiceAccountToken": true});
    let built = build(
        pod(),
        Some(override_),
        &PodExtras::default(),
        &secure,
        "shop",
    )
    .unwrap();
    assert_eq!(built["spec"]["serviceAccountName"], "mine");
    assert_eq!(built["spec"]["automountServiceAccountToken"], true);
}

#[test]
fn the_first_container_stays_first() {
    let wanted = json!({"spec": {"containers": [{"name": "output"}, {"name": "background"}]}});
    let override_ = json!({"containers": [{"name": "sidecar"}, {"name": "background"}]});
    let extras = PodExtras::default();
    let built = build(
        wanted,
        Some(override_),
        &extras,
        &PodDefaults::default(),
        "shop",
    )
    .unwrap();
    let names: Vec<_> = built["spec"]["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|container| container["name"].clone())
        .collect();
    assert_eq!(names, ["output", "sidecar", "background"]);
    assert_eq!(built["metadata"]["generateName"], GENERATED);
}

#[test]
fn what_is_no_pod_of_a_function_is_refused() {
    let extras = PodExtras::default();
    for wrong in [
        json!([]),
        json!({}),
        json!({"spec": {}}),
        json!({"spec": {"containers": []}}),
        json!({"spec": {"containers": [{"name": "a"}]}, "metadata": {"ownerReferences": []}}),
        json!({"spec": {"containers": [{"name": "a"}]}, "metadata": {"labels": {"a": 1}}}),
    ] {
        let built = build(
            wrong.clone(),
            None,
            &extras,
            &PodDefaults::default(),
            "shop",
        );
        assert!(matches!(built, Err(KubeError::Invalid(_))), "{wrong}");
    }
}

#[test]
fn any_text_becomes_a_label() {
    assert_eq!(label("abc-1.x_Y"), "abc-1.x_Y");
    for text in ["", "-a", "a-", "a b", "ü", &"x".repeat(64)] {
        let label = label(text);
        assert_eq!(label.len(), 40, "{text:?}");
        assert!(label.chars().all(|c| c.is_ascii_hexdigit()));
    }
    assert_ne!(label("a b"), label("a c"));
}
