//! What must not pass, and that nothing of it reaches the cluster.

use std::sync::Arc;

use super::super::denial_of;
use super::cluster::{Cluster, NoSecrets};
use crate::authority::DeniedBy;

const RULES: &str = r#"
kubernetes:
- {verbs: [get, list, watch], groups: [""], resources: [pods], namespaces: [shop], names: ["*"]}
- {verbs: [patch, update], groups: [""], resources: [pods], namespaces: [shop], names: ["*"]}
- {verbs: ["*"], groups: [""], resources: [pods], subresources: ["*", ephemeralcontainers], namespaces: [shop], names: ["*"]}
- {verbs: [create], groups: [""], resources: [secrets], namespaces: [shop], names: [backup-*]}
- {verbs: [create, patch], groups: [apps], resources: [deployments], namespaces: [shop], names: ["*"]}
exec:
- {namespaces: [shop], pods: [db-0], containers: ["$default", db], argv: [[pg_dump, "**"]]}
workload:
- {namespaces: [shop], images: [busybox]}
"#;

fn cluster() -> Cluster {
    Cluster::new(RULES, Arc::new(NoSecrets), "{}")
}

const PODS: &str = "/api/v1/namespaces/shop/pods";

#[tokio::test]
async fn what_is_allowed_passes_as_it_is() {
    let cluster = cluster();
    let exec = format!("{PODS}/db-0/exec?command=pg_dump&command=-Fc+x&container=db&stdout=true");
    cluster
        .send("GET", &format!("{PODS}/db-0"), "")
        .await
        .unwrap();
    cluster.send("GET", &exec, "").await.unwrap();
    let secret = r#"{"metadata":{"name":"backup-1"},"stringData":{"a":"b"}}"#;
    let secrets = "/api/v1/namespaces/shop/secrets";
    cluster.send("POST", secrets, secret).await.unwrap();
    assert_eq!(
        cluster.seen(),
        [
            (format!("GET {PODS}/db-0"), String::new()),
            (format!("GET {exec}"), String::new()),
            (format!("POST {secrets}"), secret.to_owned()),
        ]
    );
    assert_eq!(cluster.audit.lines().len(), 3);
    assert!(
        cluster
            .audit
            .lines()
            .iter()
            .all(|line| line.starts_with("yes"))
    );
}

/// Every request here is one attack; none may reach the cluster, each must be audited.
#[tokio::test]
async fn attacks_end_at_the_gate() {
    let pod = r#"{"spec":{"containers":[{"image":"busybox"}]}}"#;
    let root = r#"{"spec":{"hostPID":true,"containers":[{"image":"busybox"}]}}"#;
    let label = r#"{"metadata":{"labels":{"a":"b"}}}"#;
    let json = "application/json";
    let merge = "application/merge-patch+json";
    let attacks = [
        // T2: another namespace, kind, verb.
        ("GET", "/api/v1/namespaces/other/pods/db-0", json, ""),
        ("GET", "/api/v1/pods", json, ""),
        ("GET", "/api/v1/namespaces/shop/secrets/db", json, ""),
        ("DELETE", "/api/v1/namespaces/shop/pods/db-0", json, ""),
        ("DELETE", PODS, json, ""),
        // T6: another command, an argument more, another pod or container, no command.
        (
            "GET",
            "/api/v1/namespaces/shop/pods/db-0/exec?command=sh",
            json,
            "",
        ),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/db-0/exec?command=sh&command=pg_dump",
            json,
            "",
        ),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/web-0/exec?command=pg_dump",
            json,
            "",
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/pods/db-0/exec?command=pg_dump&container=web",
            json,
            "",
        ),
        ("GET", "/api/v1/namespaces/shop/pods/db-0/exec", json, ""),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/db-0/exec?command=pg_dump&container=db&container=web",
            json,
            "",
        ),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/db-0/exec?command=pg_dump&privileged=true",
            json,
            "",
        ),
        // T2: ways around exec that a wildcard does not open.
        ("POST", "/api/v1/namespaces/shop/pods/db-0/attach", json, ""),
        (
            "POST",
            "/api/v1/namespaces/shop/pods/db-0/portforward",
            json,
            "",
        ),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/db-0/proxy/admin",
            json,
            "",
        ),
        // The name of a created object is in its body.
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            r#"{"metadata":{"name":"db"}}"#,
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            r#"{"metadata":{"generateName":"b"}}"#,
        ),
        ("POST", "/api/v1/namespaces/shop/secrets", json, "{}"),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            r#"{"metadata":{"name":"backup-1","name":"db"}}"#,
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            r#"{"metadata":{"name":"backup-1","namespace":"other"}}"#,
        ),
        // Bodies that the gate cannot read.
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            "metadata: {name: backup-1}",
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            "application/yaml",
            r#"{"metadata":{"name":"backup-1"}}"#,
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            "application/vnd.kubernetes.protobuf",
            "k8s",
        ),
        (
            "POST",
            "/api/v1/namespaces/shop/secrets",
            json,
            r#"{"metadata":{"name":"backup-1"}} {}"#,
        ),
        // T9: pods by every door.
        ("POST", PODS, json, root),
        ("POST", PODS, json, ""),
        ("POST", "/api/v1/pods", json, pod),
        ("PUT", "/api/v1/namespaces/shop/pods/db-0", json, root),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            "application/apply-patch+yaml",
            root,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            merge,
            r#"{"spec":{"containers":[]}}"#,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            merge,
            r#"{"$patch":"replace","metadata":{}}"#,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            "application/json-patch+json",
            r#"[{"op":"replace","path":"/spec/containers/0/image","value":"evil"}]"#,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            "application/json-patch+json",
            r#"[{"op":"copy","from":"/spec","path":"/metadata/x"}]"#,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0",
            "application/json-patch+json",
            r#"[{"op":"replace","path":"","value":{}}]"#,
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/pods/db-0/ephemeralcontainers",
            merge,
            label,
        ),
        (
            "PUT",
            "/api/v1/namespaces/shop/pods/db-0/ephemeralcontainers",
            json,
            r#"{"spec":{"containers":[{"image":"busybox"}],"ephemeralContainers":[{"image":"evil"}]}}"#,
        ),
        // Nothing of the API of resources, and another server.
        ("GET", "/metrics", json, ""),
        (
            "GET",
            "/api/v1/namespaces/shop/pods/../../other/pods/x",
            json,
            "",
        ),
        (
            "GET",
            "http://evil.example.com/api/v1/namespaces/shop/pods/db-0",
            json,
            "",
        ),
    ];
    for (method, target, kind, body) in attacks {
        let cluster = cluster();
        let error = cluster
            .send_as(method, target, kind, body)
            .await
            .unwrap_err();
        let denial = denial_of(&error).unwrap_or_else(|| panic!("{method} {target}: {error}"));
        assert!(!denial.reason().is_empty());
        assert!(cluster.seen().is_empty(), "{method} {target} {body}");
        let audit = cluster.audit.lines();
        assert!(audit.last().unwrap().starts_with("no "), "{audit:?}");
    }
}

/// T2: to act as somebody else.
#[tokio::test]
async fn headers_of_another_identity_are_refused() {
    for header in [
        "impersonate-user",
        "Impersonate-Group",
        "authorization",
        "x-remote-user",
    ] {
        let cluster = cluster();
        let request = ::http::Request::get(format!("{PODS}/db-0"))
            .header(header, "admin")
            .body(::kube::client::Body::empty())
            .unwrap();
        let error = cluster.client.send(request).await.unwrap_err();
        let denial = denial_of(&error).unwrap();
        assert_eq!(*denial.by(), DeniedBy::Gate, "{header}");
        assert!(cluster.seen().is_empty());
    }
}

#[tokio::test]
async fn changes_of_a_pod_within_the_rules_pass() {
    let cluster = cluster();
    let pod = r#"{"metadata":{"name":"db-0"},"spec":{"containers":[{"image":"busybox"}]}}"#;
    let label = r#"{"metadata":{"labels":{"a":"b"}}}"#;
    let apply = "application/apply-patch+yaml";
    let one = format!("{PODS}/db-0");
    cluster.send("POST", PODS, pod).await.unwrap();
    cluster.send("PUT", &one, pod).await.unwrap();
    cluster.send_as("PATCH", &one, apply, pod).await.unwrap();
    cluster
        .send_as("PATCH", &one, "application/merge-patch+json", label)
        .await
        .unwrap();
    let operations = r#"[{"op":"remove","path":"/metadata/labels/a"}]"#;
    let kind = "application/json-patch+json";
    cluster
        .send_as("PATCH", &one, kind, operations)
        .await
        .unwrap();
    assert_eq!(cluster.seen().len(), 5);
}

/// A second key of the same name must not reach a reader that prefers the other one.
#[tokio::test]
async fn what_is_sent_is_what_was_read() {
    let cluster = cluster();
    let body = r#"{"metadata":{"name":"evil","name":"backup-1"}}"#;
    let secrets = "/api/v1/namespaces/shop/secrets";
    cluster.send("POST", secrets, body).await.unwrap();
    assert_eq!(cluster.seen()[0].1, r#"{"metadata":{"name":"backup-1"}}"#);
}

#[tokio::test]
async fn errors_of_the_cluster_stay_what_they_are() {
    let cluster = cluster();
    let request = ::http::Request::get(format!("{PODS}/db-0"))
        .body(Vec::new())
        .unwrap();
    let error = cluster
        .client
        .request::<Vec<u8>>(request)
        .await
        .unwrap_err();
    assert!(matches!(error, ::kube::Error::SerdeError(_)), "{error:?}");
    assert!(denial_of(&error).is_none());
}

/// T4: an answer in a form in which no secret would be found.
#[tokio::test]
async fn answers_that_cannot_be_searched_are_not_asked_for() {
    let get = |target: String, header: &'static str, value: &'static str| async move {
        let cluster = cluster();
        let request = ::http::Request::get(target)
            .header(header, value)
            .body(::kube::client::Body::empty())
            .unwrap();
        let passed = cluster.client.send(request).await.is_ok();
        assert_eq!(passed, cluster.seen().len() == 1);
        passed
    };
    let pod = || format!("{PODS}/db-0");
    assert!(get(pod(), "accept", "application/json").await);
    assert!(get(pod(), "accept", "application/json;as=Table, */*").await);
    assert!(!get(pod(), "accept", "application/vnd.kubernetes.protobuf").await);
    assert!(!get(pod(), "accept", "application/json, application/yaml").await);
    assert!(!get(format!("{PODS}?watch=1"), "upgrade", "websocket").await);
    assert!(get(format!("{PODS}/db-0/log"), "accept", "text/plain").await);
    let exec = format!("{PODS}/db-0/exec?command=pg_dump");
    assert!(get(exec, "upgrade", "websocket").await);
}
