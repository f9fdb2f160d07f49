//! The API server's own limit: a writer that does what the controller wrote, and nothing else.

use crate::api::{NAMESPACE, RAW, action_set, action_sets, events, send};
use crate::watch::{Watched, text};
use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _};
use http::Request;
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// What the controller wrote for one ActionSet, after its creation.
pub struct Writes {
    name: String,
    /// The ActionSet as it was written, one version after another.
    versions: Vec<Value>,
    events: Vec<Value>,
}

impl fmt::Display for Writes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.versions.iter();
        let states: Vec<_> = states
            .map(|it| text(it, "/status/state").unwrap_or("-"))
            .collect();
        let reasons = self.events.iter();
        let reasons: Vec<_> = reasons
            .map(|it| {
                let kind = text(it, "/involvedObject/kind").unwrap_or("-");
                format!("{} ({kind})", text(it, "/reason").unwrap_or("-"))
            })
            .collect();
        let (states, reasons) = (states.join(", "), reasons.join(", "));
        write!(f, "status {states}; events {reasons}")
    }
}

/// What was written for an ActionSet that has ended.
///
/// # Errors
/// If its events cannot be read, or it was not seen.
pub async fn recorded(
    client: &kube::Client,
    watched: &Watched,
    name: &str,
) -> anyhow::Result<Writes> {
    let seen = watched.kept(name);
    let (creation, _) = seen.first().context("the ActionSet was not seen")?;
    let created = text(creation, "/metadata/creationTimestamp").unwrap_or_default();
    let request = Request::get(events(NAMESPACE)).body(Vec::new())?;
    let list: Value = client.request(request).await?;
    let told = list.get("items").and_then(Value::as_array);
    let of_it = |event: &&Value| {
        text(event, "/involvedObject/name") == Some(name)
            // Those of the Blueprint name no ActionSet.
            || text(event, "/metadata/creationTimestamp") == Some(created)
                && text(event, "/message").is_some_and(|it| it.contains(name))
    };
    let events = told.into_iter().flatten().filter(of_it).cloned().collect();
    let versions = seen.into_iter().skip(1).map(|(version, _)| version);
    let versions = versions.collect();
    Ok(Writes {
        name: name.to_owned(),
        versions,
        events,
    })
}

/// Does these writes one after another, but for the events, which nobody waits for, with a pause after
/// those of each ActionSet: how long that takes at least, whoever does it.
///
/// # Errors
/// If one is refused.
pub async fn alone(
    client: &kube::Client,
    writes: &Writes,
    count: usize,
    pause: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for number in 0..count {
        let began = Instant::now();
        status(client, writes, &format!("raw-alone-{number}")).await?;
        times.push(began.elapsed());
        tokio::time::sleep(pause).await;
    }
    Ok(times)
}

/// Does these writes for so many ActionSets: how many per second.
///
/// # Errors
/// If one is refused.
pub async fn write(
    client: &kube::Client,
    writes: &Writes,
    count: usize,
    writers: usize,
) -> anyhow::Result<f64> {
    let began = Instant::now();
    let all = futures::stream::iter(0..count);
    let name = |number| format!("raw-{writers}-{number}");
    let all = all.map(async |number| one(client, writes, &name(number)).await);
    all.buffer_unordered(writers).try_collect::<()>().await?;
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// The creation and what follows of it.
async fn status(client: &kube::Client, writes: &Writes, name: &str) -> anyhow::Result<()> {
    let stored = send(
        client,
        Request::post(action_sets(RAW)),
        &action_set(RAW, name),
    )
    .await?;
    let path = format!("{}/{name}", action_sets(RAW));
    let mut metadata = stored.get("metadata").cloned().unwrap_or_default();
    for version in &writes.versions {
        let mut next = version.clone();
        let finalizers = version.pointer("/metadata/finalizers").cloned();
        if let Some(metadata) = metadata.as_object_mut() {
            match finalizers {
                Some(finalizers) => metadata.insert("finalizers".to_owned(), finalizers),
                None => metadata.remove("finalizers"),
            };
        }
        if let Some(next) = next.as_object_mut() {
            next.insert("metadata".to_owned(), metadata);
        }
        let stored = send(client, Request::put(&path), &next).await?;
        metadata = stored.get("metadata").cloned().unwrap_or_default();
    }
    Ok(())
}

async fn one(client: &kube::Client, writes: &Writes, name: &str) -> anyhow::Result<()> {
    status(client, writes, name).await?;
    for (number, event) in writes.events.iter().enumerate() {
        let mut event = event.clone();
        if let Some(event) = event.as_object_mut() {
            let metadata = json!({"name": format!("{name}.{number}"), "namespace": RAW});
            event.insert("metadata".to_owned(), metadata);
        }
        if let Some(namespace) = event.pointer_mut("/involvedObject/namespace") {
            *namespace = RAW.into();
        }
        send(client, Request::post(events(RAW)), &event).await?;
    }
    Ok(())
}

/// Creates ActionSets that have ended.
///
/// # Errors
/// If one is refused.
pub async fn fill(
    client: &kube::Client,
    writes: &Writes,
    count: usize,
    writers: usize,
) -> anyhow::Result<()> {
    let last = writes.versions.last().context("nothing was written")?;
    let status = last.get("status").cloned().unwrap_or_default();
    let all = futures::stream::iter(0..count).map(async |number| {
        let mut ended = action_set(
            NAMESPACE,
            &format!("finished-like-{}-{number}", writes.name),
        );
        if let Some(ended) = ended.as_object_mut() {
            ended.insert("status".to_owned(), status.clone());
        }
        send(client, Request::post(action_sets(NAMESPACE)), &ended)
            .await
            .map(drop)
    });
    all.buffer_unordered(writers).try_collect::<()>().await?;
    Ok(())
}
