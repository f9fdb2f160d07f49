//! Lists: selectors, pages, forms.

use anyhow::{Context as _, ensure};
use http::Request;
use serde_json::{Value, json};

use crate::Target;
use crate::target::Reply;

fn names(list: &Reply) -> Vec<&str> {
    let items = list.at("/items").as_array();
    items
        .into_iter()
        .flatten()
        .filter_map(|item| item.pointer("/metadata/name").and_then(Value::as_str))
        .collect()
}

async fn fill(at: &Target) -> anyhow::Result<()> {
    for (name, labels) in [
        ("a", json!({"app": "web", "tier": "front"})),
        ("b", json!({"app": "web", "tier": "back"})),
        ("c", json!({"app": "db"})),
        ("d", json!({"set": "x"})),
    ] {
        let body = json!({"metadata": {"name": name, "labels": labels}});
        at.post(&at.path("", "secrets"), &body)
            .await?
            .expect(201, "")?;
    }
    Ok(())
}

pub(super) async fn labels(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    for (selector, wanted) in [
        ("app=web", vec!["a", "b"]),
        ("app%3Dweb%2Ctier%21%3Dfront", vec!["b"]),
        ("app+in+(web,db)", vec!["a", "b", "c"]),
        ("app+notin+(web)", vec!["c", "d"]),
        ("!app", vec!["d"]),
        ("tier", vec!["a", "b"]),
        ("app=none", vec![]),
        ("", vec!["a", "b", "c", "d"]),
    ] {
        let list = at
            .get(&at.path("", &format!("secrets?labelSelector={selector}")))
            .await?
            .ok()?;
        ensure!(names(&list) == wanted, "{selector}: {:?}", names(&list));
        ensure!(
            list.text("/kind") == "SecretList"
                && !list.text("/metadata/resourceVersion").is_empty()
        );
    }
    at.get(&at.path("", "secrets?labelSelector=a%3D%3D%3Db"))
        .await?
        .expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn fields(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    let list = at
        .get(&at.path("", "secrets?fieldSelector=metadata.name%3Db"))
        .await?
        .ok()?;
    ensure!(names(&list) == ["b"]);
    let list = at
        .get(&at.path(
            "",
            "secrets?fieldSelector=metadata.name%21%3Db,type%3DOpaque",
        ))
        .await?
        .ok()?;
    ensure!(names(&list) == ["a", "c", "d"]);
    let list = at
        .get(&format!(
            "/api/v1/secrets?fieldSelector=metadata.namespace%3D{}",
            at.namespace
        ))
        .await?
        .ok()?;
    ensure!(names(&list) == ["a", "b", "c", "d"], "{:?}", names(&list));
    at.get(&at.path("", "secrets?fieldSelector=data.x%3Db"))
        .await?
        .expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn pages(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    let first = at.get(&at.path("", "secrets?limit=2")).await?.ok()?;
    ensure!(
        names(&first) == ["a", "b"] && first.at("/metadata/remainingItemCount") == &json!(2),
        "{}",
        first.body
    );
    // What happens between two pages is not seen.
    at.delete(&at.path("", "secrets/c"), &json!({}))
        .await?
        .ok()?;
    at.post(
        &at.path("", "secrets"),
        &json!({"metadata": {"name": "cc"}}),
    )
    .await?
    .ok()?;
    let resume = first.text("/metadata/continue");
    let second = at
        .get(&at.path("", &format!("secrets?limit=2&continue={resume}")))
        .await?
        .ok()?;
    ensure!(names(&second) == ["c", "d"], "{:?}", names(&second));
    ensure!(second.text("/metadata/continue").is_empty());
    ensure!(second.at("/metadata/resourceVersion") == first.at("/metadata/resourceVersion"));
    at.get(&at.path("", "secrets?limit=2&continue=nonsense"))
        .await?
        .expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn delete_many(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    at.delete(&at.path("", "secrets?labelSelector=app%3Dweb"), &json!({}))
        .await?
        .ok()?;
    let list = at.get(&at.path("", "secrets")).await?.ok()?;
    ensure!(names(&list) == ["c", "d"]);
    Ok(())
}

async fn shaped(at: &Target, path: &str, accept: &str) -> anyhow::Result<Value> {
    let request = Request::get(path)
        .header("accept", accept)
        .body(Vec::new())?;
    Ok(at.client.request(request).await?)
}

pub(super) async fn partial_metadata(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let list = shaped(at, &at.path("", "secrets"), accept).await?;
    ensure!(list["kind"] == "PartialObjectMetadataList");
    ensure!(list["items"][0]["metadata"]["name"] == "a" && list["items"][0].get("type").is_none());
    Ok(())
}

pub(super) async fn tables(at: &Target) -> anyhow::Result<()> {
    fill(at).await?;
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let table = shaped(at, &at.path("", "secrets"), accept).await?;
    ensure!(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1");
    let columns: Vec<&str> = table["columnDefinitions"]
        .as_array()
        .context("columns")?
        .iter()
        .filter_map(|column| column["name"].as_str())
        .collect();
    ensure!(columns == ["Name", "Type", "Data", "Age"], "{columns:?}");
    let row = &table["rows"][0];
    ensure!(
        row["cells"][0] == "a"
            && row["cells"][1] == "Opaque"
            && row["object"]["kind"] == "PartialObjectMetadata",
        "{row}"
    );
    Ok(())
}
