//! Helper pods against a scripted API server.

use super::scale::scale;
use super::start::{resume, start};
use crate::bindings::kanister::kube::types::{ApiResource, ObjectRef};
use crate::bindings::kanister::kube::workload::HelperRequest;
use crate::capability::cancel::Cancel;
use crate::capability::kube::mock::{Asked, End, Reply, Server};
use crate::capability::kube::scope::{Scope, Told};
use crate::capability::kube::{KubeClients, KubeError};
use serde_json::{Value, json};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

fn request() -> HelperRequest {
    HelperRequest {
        key: "main".to_owned(),
        namespace: Some("shop".to_owned()),
        pod: json!({
            "metadata": {"generateName": "kanister-job-"},
            "spec": {"containers": [{"name": "container", "image": "tools"}]},
        })
        .to_string(),
        override_: Some(json!({"nodeSelector": {"disk": "ssd"}}).to_string()),
    }
}

fn pod(name: &str, status: Value) -> Value {
    json!({
        "metadata": {
            "name": name, "uid": format!("uid-{name}"), "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {"containers": [{"name": "container"}]},
        "status": status,
    })
}

fn scope() -> Scope {
    Scope::begin(&Cancel::never(), &Told::default()).unwrap()
}

fn looks_for_earlier(asked: &Asked) -> bool {
    asked.is("GET", "labelSelector=run.kanister.io%2Finvocation%3Dinv-1")
}

/// No earlier pod; a new one goes through these states, then is gone.
fn server(states: Vec<Value>) -> Server {
    Server::new(move |asked, _| {
        if looks_for_earlier(asked) {
            Reply::list("1", &[])
        } else if asked.is("POST", "/namespaces/shop/pods") {
            Reply::json(&pod("job-1", json!({})))
        } else if asked.method == "DELETE" {
            Reply::json(&json!({"kind": "Status", "status": "Success"}))
        } else if asked.watches() {
            let later: Vec<_> = states.iter().skip(1).zip(2..).collect();
            let events: Vec<_> = later
                .into_iter()
                .map(|(status, version)| {
                    let mut pod = pod("job-1", status.clone());
                    pod["metadata"]["resourceVersion"] = json!(version.to_string());
                    ("MODIFIED", pod)
                })
                .collect();
            Reply::events(&events, End::Never)
        } else {
            let first: Vec<_> = states
                .iter()
                .take(1)
                .map(|it| pod("job-1", it.clone()))
                .collect();
            Reply::list("1", &first)
        }
    })
}

fn deletions(server: &Server) -> Vec<Asked> {
    let asked = server.asked();
    asked
        .into_iter()
        .filter(|it| it.method == "DELETE")
        .collect()
}

#[tokio::test]
async fn a_helper_is_created_as_planned_and_deleted_when_it_drops() {
    let server = server(Vec::new());
    let clients: KubeClients = server.clients();
    let helper = start(&clients, request()).await.unwrap();
    assert!(!helper.resumed());
    assert_eq!(helper.own().name, "job-1");
    let created = server
        .asked()
        .into_iter()
        .find(|it| it.method == "POST")
        .unwrap();
    assert!(created.url.contains("fieldManager=KubeTask"));
    assert_eq!(created.body["spec"]["nodeSelector"]["disk"], "ssd");
    assert_eq!(
        created.body["metadata"]["labels"]["run.kanister.io/helper"],
        "main"
    );
    assert!(deletions(&server).is_empty());
    drop(helper);
    clients.cluster.sweeper.idle().await;
    let deleted = deletions(&server);
    let [deletion] = deleted.as_slice() else {
        panic!("{deleted:?}");
    };
    assert!(deletion.url.ends_with("/namespaces/shop/pods/job-1"));
    assert_eq!(deletion.body["gracePeriodSeconds"], 0);
    assert_eq!(deletion.body["preconditions"]["uid"], "uid-job-1");
}

#[tokio::test(start_paused = true)]
async fn the_deletion_goes_on_while_the_server_is_away() {
    let server = Server::new(|asked, number| match asked.method.as_str() {
        "POST" => Reply::json(&pod("job-1", json!({}))),
        "DELETE" if number < 5 => Reply::Away,
        "DELETE" => Reply::status(404, "NotFound", None),
        _ => Reply::list("1", &[]),
    });
    let clients = server.clients();
    drop(start(&clients, request()).await.unwrap());
    clients.cluster.sweeper.idle().await;
    assert_eq!(deletions(&server).len(), 4);
}

#[tokio::test]
async fn a_call_that_starts_again_gets_the_pod_it_had() {
    let mut leaving = pod("leaving", json!({}));
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mut younger = pod("younger", json!({}));
    younger["metadata"]["creationTimestamp"] = json!("2026-01-02T00:00:00Z");
    let server = Server::new(move |asked, _| {
        assert!(looks_for_earlier(asked) || asked.method == "DELETE");
        Reply::list(
            "1",
            &[younger.clone(), leaving.clone(), pod("older", json!({}))],
        )
    });
    let clients = server.clients();
    let helper = start(&clients, request()).await.unwrap();
    assert!(helper.resumed());
    assert_eq!(helper.own().name, "older");
    // Once let go of it is doomed, and the next attempt does not rely on it.
    drop(helper);
    let next = start(&clients, request()).await.unwrap();
    assert_eq!(next.own().name, "younger");
}

#[tokio::test]
async fn resuming_finds_the_pod_of_an_earlier_attempt_and_never_makes_one() {
    for pods in [Vec::new(), vec![pod("older", json!({}))]] {
        let wanted = pods.first().map(|_| "older".to_owned());
        let server = Server::new(move |asked, _| {
            assert!(
                looks_for_earlier(asked) || asked.method == "DELETE",
                "{asked:?}"
            );
            Reply::list("1", &pods)
        });
        let clients = server.clients();
        let found = resume(&clients, "main", Some("shop".to_owned()))
            .await
            .unwrap();
        let found = found.map(|helper| {
            assert!(helper.resumed());
            helper.own().name.clone()
        });
        assert_eq!(found, wanted);
    }
}

#[tokio::test]
async fn a_creation_that_nobody_waits_for_leaves_no_pod() {
    let server = server(Vec::new());
    let clients = server.clients();
    // The guest ends at the moment in which the request was sent.
    let sent = async {
        while !server.asked().iter().any(|it| it.method == "POST") {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = sent => {}
        _ = start(&clients, request()) => panic!("it ended before it was given up"),
    }
    while deletions(&server).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_cannot_start_says_why() {
    let waiting = |reason: &str| {
        json!({"phase": "Pending", "containerStatuses": [{
            "name": "container", "ready": false, "restartCount": 0, "image": "", "imageID": "",
            "state": {"waiting": {"reason": reason, "message": "no such image"}},
        }]})
    };
    let ready = |states: Vec<Value>, timeout: Duration| async move {
        let server = server(states);
        let clients = server.clients();
        let helper = start(&clients, request()).await.unwrap();
        helper
            .wait_ready(clients.cluster.host.clone(), &scope(), timeout)
            .await
    };
    let running = json!({"phase": "Running"});
    let pending = json!({"phase": "Pending"});
    let passing = vec![pending.clone(), waiting("ErrImagePull"), running.clone()];
    assert_eq!(ready(passing, LONG).await, Ok(()));
    assert_eq!(ready(vec![json!({"phase": "Failed"})], LONG).await, Ok(()));
    assert_eq!(
        ready(vec![pending.clone()], Duration::from_secs(60)).await,
        Err(KubeError::Timeout)
    );
    assert_eq!(
        ready(vec![pending.clone()], LONG).await,
        Err(KubeError::Other(
            "Pod did not transition into running state. Timeout:15m0s  Namespace:shop, Name:job-1"
                .to_owned()
        ))
    );
    let stuck = vec![
        pending,
        waiting("ErrImagePull"),
        waiting("ImagePullBackOff"),
    ];
    for timeout in [LONG, Duration::from_secs(5)] {
        let error = ready(stuck.clone(), timeout).await.unwrap_err();
        let why = error.to_string();
        assert!(
            why.contains("job-1") && why.contains("ImagePullBackOff: no such image"),
            "{why}"
        );
    }
    let gone = ready(Vec::new(), LONG).await;
    assert!(matches!(gone, Err(KubeError::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn the_outcome_comes_when_every_container_has_ended() {
    let server = server(vec![
        json!({"phase": "Pending"}),
        json!({"phase": "Running"}),
        json!({"phase": "Failed", "reason": "Evicted"}),
    ]);
    let clients = server.clients();
    let helper = start(&clients, request()).await.unwrap();
    let host = clients.cluster.host.clone();
    let outcome = helper.wait_done(host, &scope(), LONG).await.unwrap();
    assert_eq!(
        (outcome.phase.as_str(), outcome.reason.as_str()),
        ("Failed", "Evicted")
    );
}

#[tokio::test(start_paused = true)]
async fn remove_waits_until_the_pod_is_gone_and_deletes_it_once() {
    let server = Server::new(|asked, _| match asked.method.as_str() {
        "POST" => Reply::json(&pod("job-1", json!({}))),
        "DELETE" => Reply::json(&json!({"kind": "Pod"})),
        _ if looks_for_earlier(asked) => Reply::list("1", &[]),
        _ if asked.watches() => Reply::events(&[("DELETED", pod("job-1", json!({})))], End::Never),
        _ => Reply::list("1", &[pod("job-1", json!({"phase": "Running"}))]),
    });
    let clients = server.clients();
    let helper = start(&clients, request()).await.unwrap();
    let host = clients.cluster.host.clone();
    helper.remove(host, &scope()).await.unwrap();
    clients.cluster.sweeper.idle().await;
    assert_eq!(deletions(&server).len(), 1);
}

fn stateful_set(replicas: u64, counted: u64) -> Value {
    json!({
        "metadata": {"name": "db", "resourceVersion": counted.to_string(), "generation": 2},
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": 2, "replicas": counted, "readyReplicas": counted},
    })
}

#[tokio::test(start_paused = true)]
async fn scale_waits_for_the_count_and_for_the_pods_that_leave() {
    let target = ObjectRef {
        api: ApiResource {
            group: "apps".to_owned(),
            version: "v1".to_owned(),
            plural: "statefulsets".to_owned(),
        },
        namespace: Some("shop".to_owned()),
        name: "db".to_owned(),
    };
    let server = Server::new(|asked, _| {
        let mut leaving = pod("db-0", json!({"phase": "Running"}));
        leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        if asked.is("GET", "/statefulsets/db/scale") {
            Reply::json(&json!({"spec": {"replicas": 3}}))
        } else if asked.is("PATCH", "/statefulsets/db/scale") {
            Reply::json(&json!({"spec": {}, "status": {"selector": "app=db"}}))
        } else if asked.is("GET", "labelSelector=app%3Ddb") {
            Reply::list("1", &[leaving])
        } else if asked.url.contains("/pods") {
            if asked.watches() {
                Reply::events(&[("DELETED", leaving)], End::Never)
            } else {
                Reply::list("1", &[leaving])
            }
        } else if asked.watches() {
            Reply::events(&[("MODIFIED", stateful_set(0, 0))], End::Never)
        } else {
            Reply::list("3", &[stateful_set(0, 3)])
        }
    });
    let clients = server.clients();
    let scope = scope();
    let scaled = |wait| scale(&clients, &scope, &target, 0, wait, LONG);
    assert_eq!(scaled(false).await, Ok(3));
    assert_eq!(server.asked().len(), 2);
    assert_eq!(scaled(true).await, Ok(3));
    let patch = server
        .asked()
        .into_iter()
        .find(|it| it.method == "PATCH")
        .unwrap();
    assert_eq!(patch.body, json!({"spec": {"replicas": 0}}));
    assert!(
        server
            .asked()
            .iter()
            .any(|it| it.watches() && it.url.contains("%3Ddb-0"))
    );
}
