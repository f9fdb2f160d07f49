//! Against a scripted API server.

use super::condition::Condition;
use super::fields::Fields;
use super::follow::Follow;
use super::watch::Watcher;
use super::{read, wait};
use crate::bindings::kanister::kube::objects as wit;
use crate::bindings::kanister::kube::types::ObjectRef;
use crate::capability::cancel::Cancel;
use crate::capability::kube::KubeError;
use crate::capability::kube::mock::{End, Reply, Server};
use crate::capability::kube::path::pod;
use crate::capability::kube::scope::{Scope, Told};
use serde_json::{Value, json};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

fn db(version: &str, phase: &str) -> Value {
    json!({
        "metadata": {"name": "db", "resourceVersion": version},
        "status": {"phase": phase},
    })
}

fn target() -> ObjectRef {
    pod("shop", "db")
}

fn scope() -> Scope {
    Scope::begin(&Cancel::never(), &Told::default()).unwrap()
}

fn phase(value: &str) -> Condition {
    Condition::parse(wit::Condition::Jsonpath(wit::PathEquals {
        path: "{.status.phase}".to_owned(),
        value: value.to_owned(),
    }))
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_the_server_forgot_begins_with_a_list_again() {
    let gone = json!({"kind": "Status", "code": 410, "reason": "Expired"});
    let server = Server::new(move |asked, number| match number {
        0 => Reply::list("5", &[db("4", "Pending")]),
        1 => Reply::events(&[("MODIFIED", db("6", "Running"))], End::Clean),
        // From the version of the last event.
        2 if asked.url.contains("resourceVersion=6") => {
            Reply::events(&[("ERROR", gone.clone())], End::Never)
        }
        3 => Reply::list("9", &[db("6", "Running")]),
        4 if asked.url.contains("resourceVersion=9") => Reply::status(410, "Gone", None),
        5 => Reply::list("12", &[]),
        _ => Reply::status(500, "unexpected", None),
    });
    let mut follow = Follow::new(server.client(), &target()).unwrap();
    assert_eq!(follow.next().await, Ok(Some(db("4", "Pending"))));
    assert_eq!(follow.next().await, Ok(Some(db("6", "Running"))));
    // The second list says nothing new, the third one does.
    assert_eq!(follow.next().await, Ok(None));
    let asked = server.asked();
    assert_eq!(asked.len(), 6);
    assert!(
        asked
            .iter()
            .all(|it| it.url.contains("fieldSelector=metadata.name%3Ddb"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_is_asked_again_and_a_refusal_is_final() {
    let server = Server::new(|_, number| match number {
        0 => Reply::Away,
        1 => Reply::status(503, "Unavailable", None),
        2 => Reply::status(429, "TooManyRequests", Some("3")),
        3 => Reply::list("5", &[db("4", "Pending")]),
        4 => Reply::text(&["{\"type\":\"MODI"], End::Cut),
        5 => Reply::events(&[("DELETED", db("6", "Pending"))], End::Never),
        _ => Reply::status(500, "unexpected", None),
    });
    let mut follow = Follow::new(server.client(), &target()).unwrap();
    assert_eq!(follow.next().await, Ok(Some(db("4", "Pending"))));
    assert!(follow.trouble().is_none());
    assert_eq!(follow.next().await, Ok(None));

    for (reply, error) in [
        (
            (403, "Forbidden"),
            KubeError::Forbidden("it is Forbidden".to_owned()),
        ),
        (
            (404, "NotFound"),
            KubeError::NotFound("it is NotFound".to_owned()),
        ),
    ] {
        let server = Server::new(move |_, _| Reply::status(reply.0, reply.1, None));
        let mut follow = Follow::new(server.client(), &target()).unwrap();
        assert_eq!(follow.next().await, Err(error));
    }
}

#[tokio::test]
async fn a_denial_of_the_gate_reaches_the_guest_as_such() {
    let server = Server::new(|_, _| Reply::Denied);
    let all = Fields::parse(&[]).unwrap();
    let denied = read::get(&server.client(), &target(), &all).await;
    let Err(KubeError::Denied(denial)) = denied else {
        panic!("{denied:?}");
    };
    assert_eq!(denial.access(), "kubernetes: get pods");
}

#[tokio::test]
async fn the_server_says_how_long_to_wait() {
    let server = Server::new(|_, _| Reply::status(429, "TooManyRequests", Some("7")));
    let all = Fields::parse(&[]).unwrap();
    assert_eq!(
        read::get(&server.client(), &target(), &all).await,
        Err(KubeError::Throttled(Some(Duration::from_secs(7))))
    );
}

#[tokio::test(start_paused = true)]
async fn wait_ends_with_the_condition() {
    let server = Server::new(|asked, _| {
        if asked.watches() {
            Reply::events(
                &[
                    ("BOOKMARK", json!({"metadata": {"resourceVersion": "8"}})),
                    ("MODIFIED", db("9", "Running")),
                ],
                End::Never,
            )
        } else {
            Reply::list("5", &[db("4", "Pending")])
        }
    });
    let wait = |condition: Condition| {
        let client = server.client();
        async move { wait::wait(client, &scope(), &target(), &condition, LONG).await }
    };
    assert_eq!(wait(phase("Running")).await, Ok(Some(db("9", "Running"))));
    assert_eq!(wait(Condition::Exists).await, Ok(Some(db("4", "Pending"))));
    assert_eq!(wait(phase("Failed")).await, Err(KubeError::Timeout));
    assert_eq!(wait(Condition::Absent).await, Err(KubeError::Timeout));
}

#[tokio::test(start_paused = true)]
async fn when_time_runs_out_without_a_server_the_error_says_so() {
    let server = Server::new(|_, _| Reply::Away);
    let waited = wait::wait(server.client(), &scope(), &target(), &phase("x"), LONG).await;
    assert!(
        matches!(&waited, Err(KubeError::Unavailable(why)) if why.contains("connection refused")),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn cancellation_ends_a_wait() {
    let server = Server::new(|asked, _| {
        if asked.watches() {
            Reply::events(&[], End::Never)
        } else {
            Reply::list("5", &[])
        }
    });
    let (canceller, cancel) = Cancel::new();
    let told = Told::default();
    let scope = Scope::begin(&cancel, &told).unwrap();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        canceller.cancel(LONG);
    });
    let client = server.client();
    let waited = wait::wait(client, &scope, &target(), &Condition::Exists, LONG).await;
    assert_eq!(waited, Err(KubeError::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn a_watcher_merges_what_it_follows() {
    let server = Server::new(|asked, _| {
        let one = asked.url.contains("%3Ddb");
        match (asked.watches(), one) {
            (false, true) => Reply::list("5", &[db("4", "Pending")]),
            (false, false) => Reply::list("5", &[]),
            (true, true) => Reply::events(&[("MODIFIED", db("6", "Running"))], End::Never),
            (true, false) => Reply::events(&[], End::Never),
        }
    });
    let targets = [target(), pod("shop", "other")];
    let mut watcher = Watcher::new(&server.client(), &targets, scope()).unwrap();
    let mut seen = Vec::new();
    while let Some(change) = watcher.next(LONG).await.unwrap() {
        seen.push((change.target, change.object.is_some()));
    }
    seen.sort_unstable();
    assert_eq!(seen, [(0, true), (0, true), (1, false)]);
    let many = vec![target(); 65];
    assert!(Watcher::new(&server.client(), &many, scope()).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_watcher_asks_for_nothing_that_nobody_waits_for() {
    let server = Server::new(|asked, _| {
        if asked.watches() {
            Reply::events(&[("MODIFIED", db("6", "Running"))], End::Never)
        } else {
            Reply::list("5", &[db("4", "Pending")])
        }
    });
    let mut watcher = Watcher::new(&server.client(), &[target()], scope()).unwrap();
    tokio::time::sleep(LONG).await;
    assert_eq!(server.asked().len(), 0);
    assert!(watcher.next(LONG).await.unwrap().is_some());
    tokio::time::sleep(LONG).await;
    assert_eq!(server.asked().len(), 1);
    assert!(watcher.next(LONG).await.unwrap().is_some());
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_halves() {
    let server = Server::new(|asked, _| {
        let limit = asked.url.rsplit_once("limit=").unwrap().1;
        let limit: usize = limit.parse().unwrap();
        let item = json!({"metadata": {"name": "x".repeat(200 << 10)}});
        Reply::json(&json!({
            "kind": "PodList", "apiVersion": "v1",
            "metadata": {"continue": "more"},
            "items": vec![item; limit],
        }))
    });
    let query = wit::ListQuery {
        api: target().api,
        namespace: Some("shop".to_owned()),
        label_selector: Some("app=db".to_owned()),
        field_selector: None,
        fields: Vec::new(),
        page_size: 64,
    };
    let page = read::list(&server.client(), &query, Some("here"))
        .await
        .unwrap();
    assert_eq!(page.items.len(), 16);
    assert_eq!(page.next.as_deref(), Some("more"));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|it| {
        it.url.contains("labelSelector=app%3Ddb") && it.url.contains("continue=here")
    }));
}
