//! Ten thousand ActionSets: none is lost, no event is missed or seen twice, and what an operation
//! costs does not depend on how many there are.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use futures::{AsyncBufReadExt as _, StreamExt as _, TryStreamExt as _};
use http::Request;
use kanister_devcluster::{Cluster, Setup, Window};
use serde_json::{Value, json};

const COUNT: usize = 10_000;
const PATH: &str = "/apis/cr.kanister.io/v1alpha1/namespaces/default/actionsets";

async fn start(state: Option<&Path>) -> Cluster {
    // A watcher that is kept from running for long is told to list again; this test wants to see
    // every event, however slow the machine is.
    let window = Window {
        events: 4 * COUNT,
        bytes: 1 << 30,
    };
    let state = state.map(Path::to_owned);
    Cluster::start(Setup {
        state,
        window,
        pods: None,
    })
    .await
    .unwrap()
}

async fn ask(client: &kube::Client, method: &str, path: &str, body: Option<Value>) -> Value {
    let media = if method == "PATCH" {
        "application/merge-patch+json"
    } else {
        "application/json"
    };
    let body = body.map(|body| body.to_string().into_bytes());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", media)
        .body(body.unwrap_or_default());
    client.request(request.unwrap()).await.unwrap()
}

async fn create(client: &kube::Client, name: &str) {
    let body = json!({"apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet", "metadata": {"name": name},
        "spec": {"actions": [{"name": "backup", "blueprint": "many", "object": {"kind": "Namespace", "name": "default", "namespace": "default"}}]}});
    ask(client, "POST", PATH, Some(body)).await;
}

async fn advance(client: &kube::Client, name: &str, state: &str) {
    let status = json!({"status": {"state": state, "actions": [{"name": "backup", "blueprint": "many",
        "phases": [{"name": "dump", "state": state, "output": {}}]}]}});
    ask(client, "PATCH", &format!("{PATH}/{name}"), Some(status)).await;
}

/// Does `work` for each name, eight at a time.
async fn each(names: impl Iterator<Item = String>, work: impl AsyncFn(String)) {
    futures::stream::iter(names)
        .map(|name| work(name))
        .buffer_unordered(8)
        .collect::<()>()
        .await;
}

fn version(object: &Value) -> u64 {
    let text = object["metadata"]["resourceVersion"].as_str();
    text.unwrap().parse().unwrap()
}

/// All events until the object `end` appears: what happened, to whom, and the version.
async fn follow(client: kube::Client, from: u64) -> Vec<(String, String, u64)> {
    let path = format!("{PATH}?watch=true&resourceVersion={from}");
    let request = Request::get(path).body(Vec::new()).unwrap();
    let mut lines = client.request_stream(request).await.unwrap().lines();
    let mut seen = Vec::new();
    while let Some(line) = lines.try_next().await.unwrap() {
        let event: Value = serde_json::from_str(&line).unwrap();
        let name = event["object"]["metadata"]["name"].as_str().unwrap();
        if name == "end" {
            return seen;
        }
        let kind = event["type"].as_str().unwrap().to_owned();
        seen.push((kind, name.to_owned(), version(&event["object"])));
    }
    panic!("the watch ended");
}

/// Name and version of each, read in pages.
async fn listed(client: &kube::Client) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut next = String::new();
    loop {
        let path = format!("{PATH}?limit=500&continue={next}");
        let page = ask(client, "GET", &path, None).await;
        for item in page["items"].as_array().unwrap() {
            let name = item["metadata"]["name"].as_str().unwrap().to_owned();
            let again = found.insert(name, version(item));
            assert!(again.is_none(), "{item} is on two pages");
        }
        match page["metadata"]["continue"].as_str() {
            Some(token) if !token.is_empty() => next = token.to_owned(),
            _ => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn none_is_lost_and_every_event_is_seen_once() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = start(Some(folder.path())).await;
    let client = cluster.client();
    let from = version(&ask(&client, "GET", PATH, None).await);
    let watchers: Vec<_> = (0..2)
        .map(|_| tokio::spawn(follow(client.clone(), from)))
        .collect();
    let names = || (0..COUNT).map(|number| format!("a-{number}"));
    each(names(), async |name| {
        create(&client, &name).await;
        advance(&client, &name, "complete").await;
    })
    .await;
    let present = listed(&client).await;
    assert_eq!(present.len(), COUNT);
    create(&client, "end").await;
    for watcher in watchers {
        let seen = watcher.await.unwrap();
        assert_eq!(seen.len(), 2 * COUNT);
        assert!(seen.windows(2).all(|pair| pair[0].2 < pair[1].2));
        let of = |wanted: &str| -> BTreeSet<&str> {
            let those = seen.iter().filter(|(kind, _, _)| kind == wanted);
            those.map(|(_, name, _)| name.as_str()).collect()
        };
        assert_eq!((of("ADDED").len(), of("MODIFIED").len()), (COUNT, COUNT));
        // The last that was said of each is how it is.
        let last: BTreeMap<String, u64> = seen
            .iter()
            .map(|(_, name, version)| (name.clone(), *version))
            .collect();
        assert_eq!(last, present);
    }
    cluster.shutdown().await;

    let cluster = start(Some(folder.path())).await;
    let mut again = listed(&cluster.client()).await;
    again.remove("end");
    assert_eq!(again, present);
    cluster.shutdown().await;
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// How long one ActionSet takes from its creation to its removal.
async fn life(client: &kube::Client, name: &str) -> Duration {
    let start = Instant::now();
    create(client, name).await;
    for state in ["pending", "running", "complete"] {
        advance(client, name, state).await;
    }
    let one = format!("{PATH}/{name}");
    ask(client, "GET", &one, None).await;
    ask(client, "DELETE", &one, None).await;
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operation_costs_does_not_grow() {
    let (few, many) = (start(None).await, start(None).await);
    let (small, large) = (few.client(), many.client());
    each(
        (0..COUNT).map(|number| format!("a-{number}")),
        async |name| {
            create(&large, &name).await;
        },
    )
    .await;
    // By turns, so that whatever else the machine does slows both.
    let (mut alone, mut among) = (Vec::new(), Vec::new());
    for number in 0..300 {
        let name = format!("m-{number}");
        alone.push(life(&small, &name).await);
        among.push(life(&large, &name).await);
    }
    let (alone, among) = (median(alone), median(among));
    println!("alone {alone:?}, among {COUNT} {among:?}");
    assert!(
        among < alone * 2,
        "{among:?} among {COUNT}, {alone:?} alone"
    );
    few.shutdown().await;
    many.shutdown().await;
}
