//! Watches.

use anyhow::{Context as _, ensure};
use serde_json::json;

use crate::Target;
use crate::target::MERGE;

pub(super) async fn sees_each_change_once(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let start = at.get(&path).await?.ok()?;
    let mut watch = at
        .watch(
            &path,
            &format!(
                "resourceVersion={}",
                start.text("/metadata/resourceVersion")
            ),
        )
        .await?;
    at.post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    at.patch(&format!("{path}/a"), MERGE, &json!({"data": {"k": "djE="}}))
        .await?
        .ok()?;
    at.delete(&format!("{path}/a"), &json!({})).await?.ok()?;
    let mut last = 0;
    for wanted in ["ADDED", "MODIFIED", "DELETED"] {
        let event = watch.next().await?.context("ended")?;
        ensure!(
            event["type"] == wanted && event["object"]["metadata"]["name"] == "a",
            "{event}"
        );
        ensure!(event["object"]["kind"] == "Secret" && event["object"]["apiVersion"] == "v1");
        let version: u64 = event["object"]["metadata"]["resourceVersion"]
            .as_str()
            .unwrap_or_default()
            .parse()?;
        ensure!(version > last, "versions must rise");
        last = version;
        if wanted != "ADDED" {
            ensure!(event["object"]["data"]["k"] == "djE=");
        }
    }
    Ok(())
}

pub(super) async fn from_a_version(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let one = at
        .post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    at.post(&path, &json!({"metadata": {"name": "b"}}))
        .await?
        .ok()?;
    let version = one.text("/metadata/resourceVersion");
    let mut watch = at
        .watch(&path, &format!("resourceVersion={version}"))
        .await?;
    watch.expect("ADDED", "b").await?;
    let mut watch = at.watch(&path, "").await?;
    let mut found = vec![watch.short().await?, watch.short().await?];
    found.sort();
    ensure!(
        found
            == [
                ("ADDED".to_owned(), "a".to_owned()),
                ("ADDED".to_owned(), "b".to_owned())
            ],
        "{found:?}"
    );
    let mut ending = at
        .watch(
            &path,
            &format!("resourceVersion={version}&timeoutSeconds=1"),
        )
        .await?;
    ending.expect("ADDED", "b").await?;
    ensure!(ending.next().await?.is_none());
    Ok(())
}

pub(super) async fn selectors_enter_and_leave(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let start = at.get(&path).await?.ok()?;
    let mut watch = at
        .watch(
            &path,
            &format!(
                "labelSelector=on%3Dyes&resourceVersion={}",
                start.text("/metadata/resourceVersion")
            ),
        )
        .await?;
    at.post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    let one = format!("{path}/a");
    at.patch(&one, MERGE, &json!({"metadata": {"labels": {"on": "yes"}}}))
        .await?
        .ok()?;
    at.patch(
        &one,
        MERGE,
        &json!({"metadata": {"annotations": {"n": "1"}}}),
    )
    .await?
    .ok()?;
    let left = at
        .patch(&one, MERGE, &json!({"metadata": {"labels": {"on": "no"}}}))
        .await?
        .ok()?;
    at.delete(&one, &json!({})).await?.ok()?;
    at.post(
        &path,
        &json!({"metadata": {"name": "b", "labels": {"on": "yes"}}}),
    )
    .await?
    .ok()?;
    watch.expect("ADDED", "a").await?;
    watch.expect("MODIFIED", "a").await?;
    let event = watch.next().await?.context("ended")?;
    ensure!(event["type"] == "DELETED", "{event}");
    ensure!(
        &event["object"]["metadata"]["resourceVersion"] == left.at("/metadata/resourceVersion")
    );
    watch.expect("ADDED", "b").await?;
    Ok(())
}

pub(super) async fn too_old(at: &Target) -> anyhow::Result<()> {
    // Version 1 is from before anything that a cluster still remembers, or it gives everything.
    let path = at.path("", "secrets");
    at.post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    let mut watch = at.watch(&path, "resourceVersion=1").await?;
    let event = watch.next().await?.context("ended")?;
    let expired = event["type"] == "ERROR"
        && event["object"]["code"] == 410
        && event["object"]["reason"] == "Expired";
    ensure!(expired || event["type"] == "ADDED", "{event}");
    Ok(())
}

pub(super) async fn bookmarks(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let start = at.get(&path).await?.ok()?;
    let version: u64 = start.text("/metadata/resourceVersion").parse()?;
    let mut watch = at
        .watch(
            &path,
            &format!("allowWatchBookmarks=true&timeoutSeconds=4&resourceVersion={version}"),
        )
        .await?;
    let made = at.config_map("elsewhere", &json!({})).await?;
    let newer: u64 = made.text("/metadata/resourceVersion").parse()?;
    let event = watch
        .next()
        .await?
        .context("a watch with bookmarks ended without one")?;
    ensure!(
        event["type"] == "BOOKMARK" && event["object"]["kind"] == "Secret",
        "{event}"
    );
    let marked: u64 = event["object"]["metadata"]["resourceVersion"]
        .as_str()
        .unwrap_or_default()
        .parse()?;
    ensure!(marked >= version && newer > version);
    Ok(())
}

pub(super) async fn initial_events(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    at.post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    let parameters =
        "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let mut watch = at.watch(&path, parameters).await?;
    let first = watch.next().await?.context("ended")?;
    if first["object"]["message"]
        .as_str()
        .is_some_and(|text| text.contains("RequestWatchProgress"))
    {
        // A cluster on an old etcd cannot do this, and says so.
        return Ok(());
    }
    ensure!(
        first["type"] == "ADDED" && first["object"]["metadata"]["name"] == "a",
        "{first}"
    );
    let event = watch.next().await?.context("ended")?;
    ensure!(
        event["type"] == "BOOKMARK"
            && event["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"] == "true",
        "{event}"
    );
    at.post(&path, &json!({"metadata": {"name": "b"}}))
        .await?
        .ok()?;
    watch.expect("ADDED", "b").await?;
    Ok(())
}

pub(super) async fn one_object(at: &Target) -> anyhow::Result<()> {
    let path = at.path("", "secrets");
    let start = at.get(&path).await?.ok()?;
    let version = start.text("/metadata/resourceVersion");
    let mut watch = at
        .watch(
            &path,
            &format!("fieldSelector=metadata.name%3Db&resourceVersion={version}"),
        )
        .await?;
    at.post(&path, &json!({"metadata": {"name": "a"}}))
        .await?
        .ok()?;
    at.post(&path, &json!({"metadata": {"name": "b"}}))
        .await?
        .ok()?;
    watch.expect("ADDED", "b").await?;
    Ok(())
}
