//! A randomised test of the history of the store: concurrent writers, readers and watchers, and a
//! check that everything they were told fits one order of all changes.
//!
//! Resource versions give the order that the cluster claims. The check replays the changes in that
//! order through a model, requires that it agrees with real time (a change that was answered before
//! another was asked for has the smaller version), that every refusal and every read was right at
//! some moment between its question and its answer, and that each watcher saw each change once, in
//! order. `SEED=n` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod check;
mod history;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use http::Request;
use kanister_devcluster::{Cluster, Setup};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use history::{Action, Outcome, Recorder, Seen};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const WRITERS: u64 = 8;
const STEPS: usize = 150;
const PATH: &str = "/api/v1/namespaces/default/configmaps";
const CHOSEN: &str = "chosen%3Dyes";

async fn send(
    client: &kube::Client,
    method: &str,
    path: &str,
    media: &str,
    body: &Value,
) -> (u16, Value) {
    use http_body_util::BodyExt as _;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", media)
        .body(kube::client::Body::from(body.to_string().into_bytes()))
        .unwrap();
    let response = client.send(request).await.unwrap();
    let code = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (code, serde_json::from_slice(&bytes).unwrap())
}

fn version(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

/// Every value has its label, so that what a watch with a selector must show follows from the values.
fn labels(value: &str) -> Value {
    json!({"chosen": if check::is_chosen(value) { "yes" } else { "no" }})
}

/// Does random things to a few objects and records what came of it.
async fn writer(client: kube::Client, recorder: Arc<Recorder>, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    for step in 0..STEPS {
        let name = NAMES[random.random_range(0..NAMES.len())];
        let one = format!("{PATH}/{name}");
        let value = format!("{seed}-{step}");
        let asked = recorder.tick();
        let (action, (code, reply)) = match random.random_range(0..10) {
            0..=2 => {
                let body = json!({"metadata": {"name": name, "labels": labels(&value)}, "data": {"v": value}});
                (
                    Action::Create,
                    send(&client, "POST", PATH, "application/json", &body).await,
                )
            }
            3..=4 => {
                let Some(version) = known.get(name).copied() else {
                    continue;
                };
                let body = json!({"metadata": {"name": name, "labels": labels(&value), "resourceVersion": version.to_string()}, "data": {"v": value}});
                (
                    Action::Replace(version),
                    send(&client, "PUT", &one, "application/json", &body).await,
                )
            }
            5..=6 => {
                let body = json!({"metadata": {"labels": labels(&value)}, "data": {"v": value}});
                (
                    Action::Patch,
                    send(
                        &client,
                        "PATCH",
                        &one,
                        "application/merge-patch+json",
                        &body,
                    )
                    .await,
                )
            }
            7 => (
                Action::Delete,
                send(&client, "DELETE", &one, "application/json", &json!({})).await,
            ),
            _ => (
                Action::Read,
                send(&client, "GET", &one, "application/json", &json!({})).await,
            ),
        };
        let answered = recorder.tick();
        let outcome = match code {
            200 | 201 if action == Action::Delete => {
                Outcome::Deleted(reply["details"]["uid"].as_str().unwrap().to_owned())
            }
            200 | 201 => {
                known.insert(name, version(&reply));
                Outcome::State {
                    version: version(&reply),
                    uid: reply["metadata"]["uid"].as_str().unwrap().to_owned(),
                    value: reply["data"]["v"].as_str().unwrap().to_owned(),
                }
            }
            404 => Outcome::Missing,
            409 if reply["reason"] == "AlreadyExists" => Outcome::Exists,
            409 => Outcome::Conflict,
            _ => panic!("{action:?} of {name}: {code} {reply}"),
        };
        recorder.record(name, action, value, asked, answered, outcome);
    }
}

/// Follows what is selected, from the beginning until the last change.
async fn watcher(client: kube::Client, from: u64, selector: &str, pause: bool) -> Vec<Seen> {
    let path = format!("{PATH}?watch=true&resourceVersion={from}&labelSelector={selector}");
    let stream = client
        .request_stream(Request::get(path).body(Vec::new()).unwrap())
        .await
        .unwrap();
    let mut lines = stream.lines();
    let mut seen = Vec::new();
    while let Some(line) = lines.try_next().await.unwrap() {
        let event: Value = serde_json::from_str(&line).unwrap();
        let object = &event["object"];
        let name = object["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if name == "end" {
            return seen;
        }
        seen.push(Seen {
            kind: event["type"].as_str().unwrap().to_owned(),
            name,
            version: version(object),
            uid: object["metadata"]["uid"].as_str().unwrap().to_owned(),
            value: object["data"]["v"].as_str().unwrap().to_owned(),
        });
        if pause && seen.len().is_multiple_of(50) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    panic!("the watch ended");
}

async fn round(seed: u64, durable: bool) {
    println!("SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let state = durable.then(|| folder.path().to_owned());
    let cluster = Cluster::start(Setup {
        state,
        ..Setup::default()
    })
    .await
    .unwrap();
    let client = cluster.client();
    // The namespace gets its own objects at the start, which are no part of the history.
    for _ in 0..200 {
        let (code, _) = send(
            &client,
            "GET",
            &format!("{PATH}/kube-root-ca.crt"),
            "application/json",
            &json!({}),
        )
        .await;
        if code == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let (_, list) = send(&client, "GET", PATH, "application/json", &json!({})).await;
    let start = version(&list);
    let recorder = Arc::new(Recorder::default());
    let watchers: Vec<_> = (0..3)
        .map(|number| tokio::spawn(watcher(client.clone(), start, "", number == 2)))
        .collect();
    let chosen = tokio::spawn(watcher(client.clone(), start, CHOSEN, false));
    let writers = (0..WRITERS).map(|number| {
        tokio::spawn(writer(
            client.clone(),
            recorder.clone(),
            seed * 1000 + number,
        ))
    });
    for result in futures::future::join_all(writers).await {
        result.unwrap();
    }
    let (code, _) = send(
        &client,
        "POST",
        PATH,
        "application/json",
        &json!({"metadata": {"name": "end", "labels": {"chosen": "yes"}}}),
    )
    .await;
    assert_eq!(code, 201);
    let mut views = Vec::new();
    for view in watchers {
        views.push(view.await.unwrap());
    }
    // One who comes late gets the same history.
    views.push(watcher(client.clone(), start, "", false).await);
    let chosen = [
        chosen.await.unwrap(),
        watcher(client.clone(), start, CHOSEN, false).await,
    ];
    cluster.shutdown().await;
    let operations = recorder.finish();
    let changes = check::check(&operations, &views);
    for view in chosen {
        assert_eq!(view, check::selection(&views[0]), "a watch with a selector");
    }
    assert!(
        changes > 100,
        "only {changes} changes were made: the test tests nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_fits_one_order_of_changes() {
    let first = match std::env::var("SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::rng().random_range(0..1_000_000),
    };
    for seed in first..first + 6 {
        round(seed, seed % 2 == 0).await;
    }
}
