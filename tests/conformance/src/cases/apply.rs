//! Server-side apply.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Target;
use crate::target::{APPLY, MERGE, Reply};

fn config(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
}

async fn apply(at: &Target, manager: &str, body: &Value) -> anyhow::Result<Reply> {
    at.patch(
        &at.path("", &format!("configmaps/a?fieldManager={manager}")),
        APPLY,
        body,
    )
    .await
}

pub(super) async fn owns_and_drops(at: &Target) -> anyhow::Result<()> {
    apply(at, "one", &config(json!({"x": "1", "y": "1"})))
        .await?
        .expect(201, "")?;
    apply(at, "two", &config(json!({"y": "1"})))
        .await?
        .expect(200, "")?;
    let third = apply(at, "one", &config(json!({"z": "1"}))).await?.ok()?;
    ensure!(
        third.at("/data") == &json!({"y": "1", "z": "1"}),
        "{}",
        third.body
    );
    let owners: Vec<(&str, &Value)> = third
        .at("/metadata/managedFields")
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| {
            (
                entry["manager"].as_str().unwrap_or_default(),
                &entry["fieldsV1"],
            )
        })
        .collect();
    let one = json!({"f:data": {"f:z": {}}});
    let two = json!({"f:data": {"f:y": {}}});
    ensure!(
        owners.contains(&("one", &one)) && owners.contains(&("two", &two)),
        "{owners:?}"
    );
    Ok(())
}

pub(super) async fn conflicts_and_force(at: &Target) -> anyhow::Result<()> {
    apply(at, "one", &config(json!({"x": "1", "w": "1"})))
        .await?
        .ok()?;
    let refused = apply(at, "two", &config(json!({"x": "2"})))
        .await?
        .expect(409, "Conflict")?;
    ensure!(
        refused.text("/message") == "Apply failed with 1 conflict: conflict with \"one\": .data.x",
        "{}",
        refused.body
    );
    ensure!(
        refused.at("/details/causes")
            == &json!([{"reason": "FieldManagerConflict", "message": "conflict with \"one\"", "field": ".data.x"}])
    );
    let forced = at
        .patch(
            &at.path("", "configmaps/a?fieldManager=two&force=true"),
            APPLY,
            &config(json!({"x": "2"})),
        )
        .await?
        .ok()?;
    ensure!(forced.at("/data") == &json!({"w": "1", "x": "2"}));
    // The first gave up nothing but x: applying without it keeps the other's value.
    let again = apply(at, "one", &config(json!({"w": "1"}))).await?.ok()?;
    ensure!(again.text("/data/x") == "2");
    Ok(())
}

pub(super) async fn updates_take_over(at: &Target) -> anyhow::Result<()> {
    apply(at, "one", &config(json!({"x": "1"}))).await?.ok()?;
    at.patch(
        &at.path("", "configmaps/a"),
        MERGE,
        &json!({"data": {"x": "9"}}),
    )
    .await?
    .ok()?;
    let refused = apply(at, "one", &config(json!({"x": "1"})))
        .await?
        .expect(409, "Conflict")?;
    ensure!(
        refused
            .text("/message")
            .contains("conflict with \"conformance\" using v1: .data.x"),
        "{}",
        refused.body
    );
    apply(at, "one", &config(json!({"x": "9"}))).await?.ok()?;
    Ok(())
}

pub(super) async fn lists_by_key(at: &Target) -> anyhow::Result<()> {
    let path = at.path("apps/v1", "deployments/d");
    let body = |containers: Value| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"replicas": 0,
            "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": containers}}}})
    };
    let first = body(json!([{"name": "one", "image": "x:1", "ports": [{"containerPort": 80}]}]));
    at.patch(&format!("{path}?fieldManager=one"), APPLY, &first)
        .await?
        .expect(201, "")?;
    let second = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
        "spec": {"template": {"spec": {"containers": [{"name": "two", "image": "y:1"}]}}}});
    let both = at
        .patch(&format!("{path}?fieldManager=two"), APPLY, &second)
        .await?
        .ok()?;
    ensure!(
        both.at("/spec/template/spec/containers")
            .as_array()
            .map(Vec::len)
            == Some(2)
    );
    let third = body(json!([{"name": "one", "image": "x:2", "ports": [{"containerPort": 81}]}]));
    let changed = at
        .patch(&format!("{path}?fieldManager=one"), APPLY, &third)
        .await?
        .ok()?;
    ensure!(changed.text("/spec/template/spec/containers/0/image") == "x:2");
    ensure!(
        changed.at("/spec/template/spec/containers/0/ports")
            == &json!([{"containerPort": 81, "protocol": "TCP"}]),
        "{}",
        changed.body
    );
    let gone = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"minReadySeconds": 1}});
    let fewer = at
        .patch(&format!("{path}?fieldManager=two"), APPLY, &gone)
        .await?
        .ok()?;
    ensure!(
        fewer
            .at("/spec/template/spec/containers")
            .as_array()
            .map(Vec::len)
            == Some(1),
        "{}",
        fewer.body
    );
    Ok(())
}

pub(super) async fn creates_and_repeats(at: &Target) -> anyhow::Result<()> {
    let made = apply(at, "one", &config(json!({"x": "1"})))
        .await?
        .expect(201, "")?;
    let again = apply(at, "one", &config(json!({"x": "1"})))
        .await?
        .expect(200, "")?;
    ensure!(made.at("/metadata/resourceVersion") == again.at("/metadata/resourceVersion"));
    let elsewhere =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "uid": "abc"}});
    let path = at.path("", "configmaps/b?fieldManager=one");
    at.patch(&path, APPLY, &elsewhere)
        .await?
        .expect(409, "Conflict")?;
    let versioned = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "resourceVersion": "1"}});
    at.patch(&path, APPLY, &versioned).await?.expect(201, "")?;
    Ok(())
}

pub(super) async fn needs_a_manager(at: &Target) -> anyhow::Result<()> {
    let body = config(json!({"x": "1"}));
    at.patch(&at.path("", "configmaps/a"), APPLY, &body)
        .await?
        .expect(422, "Invalid")?;
    let mut managed = body.clone();
    managed["metadata"]["managedFields"] = json!([{"manager": "x", "operation": "Apply"}]);
    apply(at, "one", &managed)
        .await?
        .expect(400, "BadRequest")?;
    at.patch(&at.path("", "configmaps/a?force=true"), MERGE, &json!({}))
        .await?
        .expect(422, "Invalid")?;
    let mut other = body;
    other["metadata"]["name"] = "b".into();
    apply(at, "one", &other).await?.expect(400, "BadRequest")?;
    Ok(())
}
