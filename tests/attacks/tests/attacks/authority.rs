//! Attacks on the cluster.

use crate::world::{Try, attack, host};
use http::{Request, Response};
use kanister_api::function::Verb;
use kanister_host::authority::{Access, ExecAccess, KubernetesAccess, ObjectName};
use kanister_host::call::CallError;
use kanister_host::capability::kube::{Cluster, PodDefaults};
use kube::client::Body;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const CONFIGMAPS: &str = "    kubernetes:\n    - {verbs: [get], groups: [\"\"], resources: [configmaps], namespaces: [shop], names: [\"*\"]}\n";
const ALL_OF_SHOP: &str = "    kubernetes:\n    - {verbs: [\"*\"], groups: [\"*\"], resources: [\"*\"], namespaces: [shop], names: [\"*\"]}\n";

const PG_DUMP: &str = "    exec:\n    - {namespaces: [shop], pods: [\"*\"], containers: [\"*\", $default], argv: [[pg_dump, \"**\"]]}\n";

/// A cluster that counts the requests that reach it.
fn cluster() -> (Cluster, Arc<AtomicU64>) {
    let reached = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&reached);
    let service = tower::service_fn(move |request: Request<Body>| {
        counter.fetch_add(1, Ordering::SeqCst);
        let object = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": request.uri().path()},
        });
        async move {
            Ok::<_, std::io::Error>(Response::new(Body::from(object.to_string().into_bytes())))
        }
    });
    let client = kube::Client::new(service, "kanister");
    (
        Cluster::new(client, "kanister", PodDefaults::default()),
        reached,
    )
}

fn in_cluster(case: Try) -> (Try, Arc<AtomicU64>) {
    let (cluster, reached) = cluster();
    let case = case.services(|services| services.cluster = Some(cluster));
    (case, reached)
}

#[tokio::test]
async fn what_is_granted_reaches_the_cluster() {
    let (case, reached) = in_cluster(attack("get-configmap").granting(CONFIGMAPS));
    let output = case.output().await;
    assert!(
        output["got"].as_str().unwrap().contains("settings"),
        "{output}"
    );
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_not_granted_is_a_value_before_any_effect() {
    for (case, rules) in [
        (attack("get-secret"), CONFIGMAPS),
        (attack("get-elsewhere"), ALL_OF_SHOP),
        (attack("get-configmap"), ""),
        (attack("exec").with("value", "sh"), PG_DUMP),
    ] {
        let (case, reached) = in_cluster(case.granting(rules));
        let output = case.output().await;
        assert!(output["denied"].is_string(), "{}: {output}", case.attack);
        assert_eq!(reached.load(Ordering::SeqCst), 0, "{}", case.attack);
        let decisions = case.heard.decisions.lock().unwrap();
        assert!(
            decisions.iter().any(|(_, allowed)| !allowed),
            "{}",
            case.attack
        );
    }
}

/// The line that a denial names, put into the grant, allows just that.
#[tokio::test]
async fn a_denial_names_the_line_that_allows_it() {
    let (case, _) = in_cluster(attack("get-configmap"));
    let output = case.output().await;
    let line = output["grant"].as_str().unwrap().to_owned();
    let rules = format!("    {line}\n");

    let (again, reached) = in_cluster(attack("get-configmap").granting(&rules));
    assert!(again.output().await["got"].is_string());
    assert_eq!(reached.load(Ordering::SeqCst), 1);

    let (other, reached) = in_cluster(attack("get-secret").granting(&rules));
    assert!(other.output().await["denied"].is_string());
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn whoever_plans_one_thing_and_does_another_is_denied_by_the_plan() {
    let planned = |case: Try| in_cluster(case.with("plan", "one-configmap").granting(ALL_OF_SHOP));
    let (case, reached) = planned(attack("get-configmap"));
    assert!(case.output().await["got"].is_string());
    assert_eq!(reached.load(Ordering::SeqCst), 1);

    let (case, reached) = planned(attack("get-secret"));
    let output = case.output().await;
    assert!(
        output["reason"].as_str().unwrap().contains("plan"),
        "{output}"
    );
    assert_eq!(reached.load(Ordering::SeqCst), 0);

    let (case, reached) = in_cluster(
        attack("get-configmap")
            .with("plan", "nothing")
            .granting(ALL_OF_SHOP),
    );
    assert!(case.output().await["denied"].is_string());
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// A plan that the grants allow nothing of does not even start.
#[tokio::test]
async fn what_is_planned_and_not_granted_is_denied_before_the_call() {
    let host = host().await;
    let case = attack("get-configmap").with("plan", "one-configmap");
    match case.prepare(&host).await.unwrap_err() {
        CallError::Denied(denial) => {
            assert!(denial.grant.contains("configmaps"), "{denial}");
            assert!(denial.reason.contains("not started"), "{denial}");
        }
        other => panic!("{other}"),
    }
}

/// Whatever a user writes into an argument, it stands for itself in the plan.
#[tokio::test]
async fn no_text_of_an_argument_widens_a_plan() {
    let host = host().await;
    for text in [
        "*", "**", "$subject", "", "..", "db/*", "a\nb", "\u{0}", "{{ . }}", "?",
    ] {
        let case = attack("get")
            .with("plan", "argument")
            .with("value", text)
            .granting(&format!(
                "{ALL_OF_SHOP}    exec:\n    - {{namespaces: [shop], pods: [\"*\"], containers: [\"*\"], argv: [[\"**\"]]}}\n    storage:\n    - {{slot: primary, access: [read]}}\n"
            ));
        // Refused outright, or planned as the very text: never as more.
        let Ok(prepared) = case.prepare(&host).await else {
            continue;
        };
        let authority = prepared.authority();
        for name in ["settings", "db", "a", "other"]
            .into_iter()
            .filter(|name| *name != text)
        {
            let access = Access::Kubernetes(KubernetesAccess {
                verb: Verb::Get,
                group: String::new(),
                version: "v1".to_owned(),
                resource: "configmaps".to_owned(),
                subresource: None,
                namespace: Some("shop".to_owned()),
                name: ObjectName::Exact(name.to_owned()),
            });
            assert!(authority.decide(&access).is_err(), "{text:?} allows {name}");
            let access = Access::Exec(ExecAccess {
                namespace: "shop".to_owned(),
                pod: name.to_owned(),
                container: Some(name.to_owned()),
                argv: vec!["sh".to_owned()],
            });
            assert!(
                authority.decide(&access).is_err(),
                "{text:?} allows exec in {name}"
            );
        }
    }
}
