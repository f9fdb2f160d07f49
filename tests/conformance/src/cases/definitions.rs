//! CustomResourceDefinitions.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Target;
use crate::target::{APPLY, MERGE, STRATEGIC};

struct Kind {
    group: String,
    path: String,
}

/// Defines the kind Thing in a group of its own and waits until it is served.
async fn define(at: &Target, schema: Value, subresources: Value) -> anyhow::Result<Kind> {
    let version = json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}, "subresources": subresources});
    define_versions(at, json!([version])).await
}

async fn define_versions(at: &Target, versions: Value) -> anyhow::Result<Kind> {
    let group = format!("{}.example.org", at.namespace);
    let name = format!("things.{group}");
    let body = json!({"metadata": {"name": name}, "spec": {"group": group, "scope": "Namespaced",
        "names": {"plural": "things", "kind": "Thing", "shortNames": ["th"]}, "versions": versions}});
    at.post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        &body,
    )
    .await?
    .expect(201, "")?;
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
    at.until("the definition to be established", || async {
        let found = at.get(&path).await?.ok()?;
        let conditions = found
            .at("/status/conditions")
            .as_array()
            .cloned()
            .unwrap_or_default();
        Ok(conditions
            .iter()
            .any(|condition| condition["type"] == "Established" && condition["status"] == "True"))
    })
    .await?;
    let kind = Kind {
        path: at.path(&format!("{group}/v1"), "things"),
        group,
    };
    at.until("the resource to be served", || async {
        Ok(at.get(&kind.path).await?.code == 200)
    })
    .await?;
    Ok(kind)
}

async fn undefine(at: &Target, kind: &Kind) -> anyhow::Result<()> {
    let path = format!(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{}",
        kind.group
    );
    at.delete(&path, &json!({})).await?.ok()?;
    at.until("the end of the definition", || async {
        Ok(at.get(&path).await?.code == 404)
    })
    .await
}

fn schema() -> Value {
    json!({"type": "object", "required": ["spec"], "properties": {
        "spec": {"type": "object", "required": ["size"], "properties": {
            "size": {"type": "integer", "minimum": 1, "maximum": 9},
            "color": {"type": "string", "enum": ["red", "blue"], "default": "red"},
            "nested": {"type": "object", "default": {}, "properties": {"deep": {"type": "boolean", "default": true}}},
            "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "port": {"x-kubernetes-int-or-string": true},
            "note": {"type": "string", "nullable": true, "pattern": "^[a-z]*$", "maxLength": 5},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "parts": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "count": {"type": "integer", "default": 1}}}}}},
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "word": {"type": "string"}}}}})
}

fn thing(spec: &Value) -> Value {
    json!({"metadata": {"name": "a"}, "spec": spec})
}

pub(super) async fn served_pruned_defaulted(at: &Target) -> anyhow::Result<()> {
    let kind = define(at, schema(), json!({"status": {}})).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a", "odd": 1}, "extra": 1,
        "spec": {"size": 3, "unknown": {"x": 1}, "any": {"kept": {"x": 1}}, "port": "http", "note": null, "tags": {"a": "b"}, "parts": [{"name": "p", "no": 1}]}});
    let made = at.post(&kind.path, &body).await?.expect(201, "")?;
    ensure!(
        made.at("/spec")
            == &json!({"size": 3, "any": {"kept": {"x": 1}}, "port": "http", "note": null, "tags": {"a": "b"},
                "parts": [{"name": "p", "count": 1}], "color": "red", "nested": {"deep": true}}),
        "{}",
        made.body
    );
    ensure!(
        made.at("/extra").is_null()
            && made.at("/metadata/odd").is_null()
            && made.at("/metadata/generation") == &json!(1)
    );
    ensure!(
        made.warnings
            .iter()
            .any(|text| text.contains("unknown field \\\"extra\\\"")),
        "{:?}",
        made.warnings
    );
    let group = at.get(&format!("/apis/{}/v1", kind.group)).await?.ok()?;
    ensure!(
        group.text("/resources/0/name") == "things"
            && group.text("/resources/0/kind") == "Thing"
            && group.at("/resources/0/shortNames") == &json!(["th"])
    );
    let list = at.get(&kind.path).await?.ok()?;
    ensure!(list.text("/kind") == "ThingList" && list.text("/items/0/kind") == "Thing");
    let mut update = thing(&json!({"size": 4}));
    update["apiVersion"] = format!("{}/v1", kind.group).into();
    update["kind"] = "Thing".into();
    at.put(&format!("{}/a", kind.path), &update)
        .await?
        .expect(422, "Invalid")?;
    update["metadata"]["resourceVersion"] = made.at("/metadata/resourceVersion").clone();
    let updated = at.put(&format!("{}/a", kind.path), &update).await?.ok()?;
    ensure!(
        updated.at("/metadata/generation") == &json!(2) && updated.text("/spec/color") == "red"
    );
    undefine(at, &kind).await
}

pub(super) async fn schema_is_checked(at: &Target) -> anyhow::Result<()> {
    let kind = define(at, schema(), json!({})).await?;
    for (spec, field) in [
        (json!({}), "spec.size"),
        (json!({"size": "3"}), "spec.size"),
        (json!({"size": 0}), "spec.size"),
        (json!({"size": 10}), "spec.size"),
        (json!({"size": 1, "color": "green"}), "spec.color"),
        (json!({"size": 1, "note": "ABC"}), "spec.note"),
        (json!({"size": 1, "note": "toolong"}), "spec.note"),
        (
            json!({"size": 1, "parts": [{"count": 1}]}),
            "spec.parts[0].name",
        ),
        (json!({"size": 1, "tags": {"a": 1}}), "spec.tags.a"),
    ] {
        let mut body = thing(&spec);
        body["apiVersion"] = format!("{}/v1", kind.group).into();
        body["kind"] = "Thing".into();
        let refused = at.post(&kind.path, &body).await?.expect(422, "Invalid")?;
        ensure!(
            refused.text("/details/causes/0/field") == field,
            "{spec}: {}",
            refused.body
        );
    }
    let strict = at.post(&format!("{}?fieldValidation=Strict", kind.path), &json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 1, "zz": 1}})).await?;
    strict.expect(400, "BadRequest")?;
    undefine(at, &kind).await
}

pub(super) async fn status_and_scale(at: &Target) -> anyhow::Result<()> {
    let scale = json!({"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.replicas"});
    let kind = define(at, schema(), json!({"status": {}, "scale": scale})).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3}, "status": {"word": "early"}});
    let made = at.post(&kind.path, &body).await?.expect(201, "")?;
    ensure!(made.at("/status").is_null());
    let one = format!("{}/a", kind.path);
    let patched = at
        .patch(&one, MERGE, &json!({"status": {"word": "no"}}))
        .await?
        .ok()?;
    ensure!(patched.at("/status").is_null() && patched.at("/metadata/generation") == &json!(1));
    let patch = json!({"status": {"word": "yes", "replicas": 2}, "spec": {"size": 9}, "metadata": {"labels": {"a": "b"}}});
    let patched = at
        .patch(&format!("{one}/status"), MERGE, &patch)
        .await?
        .ok()?;
    ensure!(patched.text("/status/word") == "yes" && patched.at("/spec/size") == &json!(3));
    ensure!(
        patched.at("/metadata/generation") == &json!(1) && patched.at("/metadata/labels").is_null()
    );
    let scale = at.get(&format!("{one}/scale")).await?.ok()?;
    ensure!(
        scale.at("/spec/replicas") == &json!(3) && scale.at("/status/replicas") == &json!(2),
        "{}",
        scale.body
    );
    at.patch(
        &format!("{one}/scale"),
        MERGE,
        &json!({"spec": {"replicas": 5}}),
    )
    .await?
    .ok()?;
    ensure!(at.get(&one).await?.at("/spec/size") == &json!(5));
    undefine(at, &kind).await
}

pub(super) async fn without_status_subresource(at: &Target) -> anyhow::Result<()> {
    let kind = define(at, schema(), json!({})).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3}, "status": {"word": "early"}});
    let made = at.post(&kind.path, &body).await?.expect(201, "")?;
    ensure!(made.text("/status/word") == "early");
    let one = format!("{}/a", kind.path);
    let patched = at
        .patch(&one, MERGE, &json!({"status": {"word": "late"}}))
        .await?
        .ok()?;
    ensure!(
        patched.text("/status/word") == "late" && patched.at("/metadata/generation") == &json!(2)
    );
    at.patch(&format!("{one}/status"), MERGE, &json!({"status": {}}))
        .await?
        .expect(404, "NotFound")?;
    undefine(at, &kind).await
}

pub(super) async fn removed_with_objects(at: &Target) -> anyhow::Result<()> {
    let kind = define(at, schema(), json!({})).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3}});
    at.post(&kind.path, &body).await?.expect(201, "")?;
    undefine(at, &kind).await?;
    at.until("the resource to be gone", || async {
        Ok(at.get(&kind.path).await?.code == 404)
    })
    .await
}

pub(super) async fn strategic_is_refused(at: &Target) -> anyhow::Result<()> {
    let kind = define(at, schema(), json!({})).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3, "parts": [{"name": "p"}]}});
    let one = format!("{}/a", kind.path);
    at.patch(&format!("{one}?fieldManager=one"), APPLY, &body)
        .await?
        .expect(201, "")?;
    at.patch(&one, STRATEGIC, &json!({"spec": {"size": 4}}))
        .await?
        .expect(415, "UnsupportedMediaType")?;
    let other = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"parts": [{"name": "q", "count": 2}]}});
    let both = at
        .patch(&format!("{one}?fieldManager=two"), APPLY, &other)
        .await?
        .ok()?;
    ensure!(
        both.at("/spec/parts") == &json!([{"name": "p", "count": 1}, {"name": "q", "count": 2}]),
        "{}",
        both.body
    );
    undefine(at, &kind).await
}

pub(super) async fn two_versions(at: &Target) -> anyhow::Result<()> {
    let version = |name: &str, storage: bool| json!({"name": name, "served": true, "storage": storage, "schema": {"openAPIV3Schema": schema()}});
    let kind = define_versions(at, json!([version("v1", true), version("v2", false)])).await?;
    let body = json!({"apiVersion": format!("{}/v1", kind.group), "kind": "Thing", "metadata": {"name": "a"}, "spec": {"size": 3}});
    at.post(&kind.path, &body).await?.expect(201, "")?;
    let path = at.path(&format!("{}/v2", kind.group), "things/a");
    let found = at.get(&path).await?.ok()?;
    ensure!(
        found.text("/apiVersion") == format!("{}/v2", kind.group)
            && found.at("/spec/size") == &json!(3)
    );
    at.patch(&path, MERGE, &json!({"spec": {"size": 4}}))
        .await?
        .ok()?;
    let found = at.get(&format!("{}/a", kind.path)).await?.ok()?;
    ensure!(
        found.text("/apiVersion") == format!("{}/v1", kind.group)
            && found.at("/spec/size") == &json!(4)
    );
    undefine(at, &kind).await
}
