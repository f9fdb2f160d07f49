//! Patches of each kind.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Target;
use crate::target::{JSON_PATCH, MERGE, STRATEGIC};

fn deployment(replicas: i64) -> Value {
    json!({"metadata": {"name": "d"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [
            {"name": "one", "image": "x:1", "args": ["1", "2"], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"name": "two", "image": "y:1"}], "volumes": [{"name": "v", "emptyDir": {}}]}}}})
}

pub(super) async fn merge(at: &Target) -> anyhow::Result<()> {
    let made = at.config_map("a", &json!({"x": "1", "y": "2"})).await?;
    let path = at.path("", "configmaps/a");
    let patched = at
        .patch(
            &path,
            MERGE,
            &json!({"data": {"x": null, "z": "3"}, "metadata": {"annotations": {"n": "o"}}}),
        )
        .await?
        .ok()?;
    ensure!(patched.at("/data") == &json!({"y": "2", "z": "3"}));
    let stale = json!({"metadata": {"resourceVersion": made.text("/metadata/resourceVersion")}, "data": {"q": "1"}});
    at.patch(&path, MERGE, &stale)
        .await?
        .expect(409, "Conflict")?;
    at.patch(&path, MERGE, &json!({"data": {"q": 1}}))
        .await?
        .expect(422, "Invalid")?;
    at.patch(&at.path("", "configmaps/zz"), MERGE, &json!({}))
        .await?
        .expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn strategic(at: &Target) -> anyhow::Result<()> {
    at.post(&at.path("apps/v1", "deployments"), &deployment(0))
        .await?
        .expect(201, "")?;
    let path = at.path("apps/v1", "deployments/d");
    let patch = json!({"spec": {"template": {"spec": {
        "containers": [{"name": "one", "args": ["3"], "env": [{"name": "B", "$patch": "delete"}, {"name": "C", "value": "3"}]}],
        "volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "m"}}]}}}});
    let patched = at.patch(&path, STRATEGIC, &patch).await?.ok()?;
    let spec = patched.at("/spec/template/spec").clone();
    ensure!(
        spec["containers"].as_array().map(Vec::len) == Some(2),
        "{spec}"
    );
    ensure!(
        spec["containers"][0]["args"] == json!(["3"]) && spec["containers"][0]["image"] == "x:1"
    );
    ensure!(
        spec["containers"][0]["env"]
            == json!([{"name": "A", "value": "1"}, {"name": "C", "value": "3"}])
            || spec["containers"][0]["env"]
                == json!([{"name": "C", "value": "3"}, {"name": "A", "value": "1"}]),
        "{}",
        spec["containers"][0]["env"]
    );
    ensure!(
        spec["volumes"] == json!([{"name": "v", "configMap": {"name": "m", "defaultMode": 420}}]),
        "{}",
        spec["volumes"]
    );
    let patch = json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}});
    let patched = at.patch(&path, STRATEGIC, &patch).await?.ok()?;
    ensure!(
        patched.at("/spec/strategy") == &json!({"type": "Recreate"}),
        "{}",
        patched.at("/spec/strategy")
    );
    let patch = json!({"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "two"}, {"name": "one"}],
        "containers": [{"name": "two", "image": "z:1"}]}}}});
    let patched = at.patch(&path, STRATEGIC, &patch).await?.ok()?;
    ensure!(patched.text("/spec/template/spec/containers/0/name") == "two");
    ensure!(patched.text("/spec/template/spec/containers/0/image") == "z:1");
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"image": "no name"}]}}}});
    ensure!(!(200..300).contains(&at.patch(&path, STRATEGIC, &patch).await?.code));
    Ok(())
}

pub(super) async fn json(at: &Target) -> anyhow::Result<()> {
    at.config_map("a", &json!({"x": "1"})).await?;
    let path = at.path("", "configmaps/a");
    let patch = json!([{"op": "test", "path": "/data/x", "value": "1"}, {"op": "add", "path": "/data/y", "value": "2"},
        {"op": "replace", "path": "/data/x", "value": "3"}, {"op": "copy", "from": "/data/x", "path": "/data/z"},
        {"op": "move", "from": "/data/y", "path": "/data/w"}]);
    let patched = at.patch(&path, JSON_PATCH, &patch).await?.ok()?;
    ensure!(patched.at("/data") == &json!({"x": "3", "z": "3", "w": "2"}));
    let failing = json!([{"op": "remove", "path": "/data/x"}, {"op": "test", "path": "/data/w", "value": "other"}]);
    at.patch(&path, JSON_PATCH, &failing)
        .await?
        .expect(422, "Invalid")?;
    ensure!(at.get(&path).await?.text("/data/x") == "3");
    at.patch(
        &path,
        JSON_PATCH,
        &json!([{"op": "remove", "path": "/data/none"}]),
    )
    .await?
    .expect(422, "Invalid")?;
    at.patch(&path, JSON_PATCH, &json!({"data": {}}))
        .await?
        .expect(400, "BadRequest")?;
    Ok(())
}

pub(super) async fn status_is_apart(at: &Target) -> anyhow::Result<()> {
    let mut body = deployment(0);
    body["status"] = json!({"replicas": 77});
    let made = at
        .post(&at.path("apps/v1", "deployments"), &body)
        .await?
        .expect(201, "")?;
    ensure!(made.at("/status/replicas").is_null());
    let path = at.path("apps/v1", "deployments/d");
    let patched = at
        .patch(&path, MERGE, &json!({"status": {"replicas": 77}}))
        .await?
        .ok()?;
    ensure!(patched.at("/status/replicas") != &json!(77));
    let status = json!({"spec": {"minReadySeconds": 3}, "status": {"conditions": [{"type": "Odd", "status": "True"}]}});
    let patched = at
        .patch(&format!("{path}/status"), STRATEGIC, &status)
        .await?
        .ok()?;
    ensure!(patched.at("/spec/minReadySeconds").is_null());
    let conditions = patched
        .at("/status/conditions")
        .as_array()
        .cloned()
        .unwrap_or_default();
    ensure!(
        conditions
            .iter()
            .any(|condition| condition["type"] == "Odd"),
        "{}",
        patched.body
    );
    at.get(&at.path("", "configmaps/kube-root-ca.crt/status"))
        .await?
        .expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn wrong_media(at: &Target) -> anyhow::Result<()> {
    at.config_map("a", &json!({})).await?;
    at.patch(&at.path("", "configmaps/a"), "text/plain", &json!({}))
        .await?
        .expect(415, "UnsupportedMediaType")?;
    at.put(&at.path("", "configmaps"), &json!({}))
        .await?
        .expect(405, "MethodNotAllowed")?;
    Ok(())
}

pub(super) async fn scale(at: &Target) -> anyhow::Result<()> {
    at.post(&at.path("apps/v1", "deployments"), &deployment(0))
        .await?
        .expect(201, "")?;
    let path = at.path("apps/v1", "deployments/d/scale");
    let scale = at.get(&path).await?.ok()?;
    ensure!(scale.text("/kind") == "Scale" && scale.text("/apiVersion") == "autoscaling/v1");
    ensure!(
        scale.at("/spec/replicas").is_null() && scale.text("/status/selector") == "a=b",
        "{}",
        scale.body
    );
    let patched = at
        .patch(&path, MERGE, &json!({"spec": {"replicas": 2}}))
        .await?
        .ok()?;
    ensure!(patched.at("/spec/replicas") == &json!(2));
    let deployment = at.get(&at.path("apps/v1", "deployments/d")).await?.ok()?;
    ensure!(deployment.at("/spec/replicas") == &json!(2));
    let mut stale = scale.body.clone();
    stale["spec"]["replicas"] = 5.into();
    at.put(&path, &stale).await?.expect(409, "Conflict")?;
    let zero =
        json!({"metadata": {"name": "d", "namespace": at.namespace}, "spec": {"replicas": 0}});
    at.put(&path, &zero).await?.ok()?;
    at.patch(&path, MERGE, &json!({"spec": {"replicas": -1}}))
        .await?
        .expect(422, "Invalid")?;
    at.get(&at.path("", "configmaps/kube-root-ca.crt/scale"))
        .await?
        .expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn rules_hold_after_a_patch(at: &Target) -> anyhow::Result<()> {
    at.config_map("a", &json!({})).await?;
    let path = at.path("", "configmaps/a");
    at.patch(
        &path,
        MERGE,
        &json!({"metadata": {"labels": {"bad key": "v"}}}),
    )
    .await?
    .expect(422, "Invalid")?;
    // What belongs to the server is not changed by a patch.
    let patched = at
        .patch(
            &path,
            MERGE,
            &json!({"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z", "generation": 9}}),
        )
        .await?
        .ok()?;
    ensure!(
        patched.text("/metadata/creationTimestamp") > "2020"
            && patched.at("/metadata/generation").is_null()
    );
    Ok(())
}
