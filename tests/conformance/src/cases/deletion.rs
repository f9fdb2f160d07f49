//! Deletion: preconditions, finalizers, owners.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Target;
use crate::target::{MERGE, Reply};

pub(super) async fn preconditions(at: &Target) -> anyhow::Result<()> {
    let made = at.config_map("a", &json!({})).await?;
    let path = at.path("", "configmaps/a");
    at.delete(&path, &json!({"preconditions": {"uid": "other"}}))
        .await?
        .expect(409, "Conflict")?;
    at.delete(&path, &json!({"preconditions": {"resourceVersion": "1"}}))
        .await?
        .expect(409, "Conflict")?;
    let right = json!({"preconditions": {"uid": made.text("/metadata/uid")}});
    let gone = at.delete(&path, &right).await?.expect(200, "")?;
    ensure!(
        gone.text("/status") == "Success"
            && gone.text("/details/name") == "a"
            && gone.text("/details/kind") == "configmaps"
    );
    ensure!(gone.at("/details/uid") == made.at("/metadata/uid"));
    at.delete(&path, &json!({}))
        .await?
        .expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn finalizers(at: &Target) -> anyhow::Result<()> {
    let body =
        json!({"metadata": {"name": "a", "finalizers": ["example.org/one", "example.org/two"]}});
    at.post(&at.path("", "configmaps"), &body).await?.ok()?;
    let path = at.path("", "configmaps/a");
    let pending = at.delete(&path, &json!({})).await?.expect(200, "")?;
    ensure!(
        pending.text("/kind") == "ConfigMap"
            && !pending.text("/metadata/deletionTimestamp").is_empty()
    );
    ensure!(pending.at("/metadata/deletionGracePeriodSeconds") == &json!(0));
    // A second deletion changes nothing, and the object can still be changed.
    let again = at.delete(&path, &json!({})).await?.expect(200, "")?;
    ensure!(again.at("/metadata/deletionTimestamp") == pending.at("/metadata/deletionTimestamp"));
    at.patch(&path, MERGE, &json!({"data": {"k": "v"}}))
        .await?
        .ok()?;
    at.patch(
        &path,
        MERGE,
        &json!({"metadata": {"finalizers": ["example.org/two"]}}),
    )
    .await?
    .ok()?;
    at.get(&path).await?.ok()?;
    at.patch(&path, MERGE, &json!({"metadata": {"finalizers": null}}))
        .await?
        .ok()?;
    at.get(&path).await?.expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn no_new_finalizers(at: &Target) -> anyhow::Result<()> {
    let body = json!({"metadata": {"name": "a", "finalizers": ["example.org/one"]}});
    at.post(&at.path("", "configmaps"), &body).await?.ok()?;
    let path = at.path("", "configmaps/a");
    at.delete(&path, &json!({})).await?.ok()?;
    let more = json!({"metadata": {"finalizers": ["example.org/one", "example.org/two"]}});
    at.patch(&path, MERGE, &more)
        .await?
        .expect(422, "Invalid")?;
    at.patch(&path, MERGE, &json!({"metadata": {"finalizers": []}}))
        .await?
        .ok()?;
    let unqualified = json!({"metadata": {"name": "b", "finalizers": ["plain"]}});
    at.post(&at.path("", "configmaps"), &unqualified)
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

/// An owner and what it owns.
async fn family(at: &Target, block: bool) -> anyhow::Result<(Reply, Value)> {
    let owner = at.config_map("owner", &json!({})).await?;
    let reference = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner.text("/metadata/uid"), "blockOwnerDeletion": block}]);
    let child = json!({"metadata": {"name": "child", "ownerReferences": reference}});
    at.post(&at.path("", "secrets"), &child).await?.ok()?;
    Ok((owner, reference))
}

async fn gone(at: &Target, path: &str) -> anyhow::Result<()> {
    at.until(&format!("the end of {path}"), || async {
        Ok(at.get(path).await?.code == 404)
    })
    .await
}

pub(super) async fn background(at: &Target) -> anyhow::Result<()> {
    family(at, false).await?;
    at.delete(
        &at.path("", "configmaps/owner"),
        &json!({"propagationPolicy": "Background"}),
    )
    .await?
    .expect(200, "")?;
    at.get(&at.path("", "configmaps/owner"))
        .await?
        .expect(404, "NotFound")?;
    gone(at, &at.path("", "secrets/child")).await
}

pub(super) async fn foreground(at: &Target) -> anyhow::Result<()> {
    family(at, true).await?;
    let hold = json!({"metadata": {"finalizers": ["example.org/hold"]}});
    at.patch(&at.path("", "secrets/child"), MERGE, &hold)
        .await?
        .ok()?;
    let owner = at.path("", "configmaps/owner");
    let pending = at
        .delete(&owner, &json!({"propagationPolicy": "Foreground"}))
        .await?
        .expect(200, "")?;
    ensure!(
        pending.at("/metadata/finalizers") == &json!(["foregroundDeletion"]),
        "{}",
        pending.body
    );
    let child = at.path("", "secrets/child");
    at.until("the deletion of the child", || async {
        Ok(!at
            .get(&child)
            .await?
            .text("/metadata/deletionTimestamp")
            .is_empty())
    })
    .await?;
    at.get(&owner).await?.ok()?;
    at.patch(&child, MERGE, &json!({"metadata": {"finalizers": null}}))
        .await?
        .ok()?;
    gone(at, &child).await?;
    gone(at, &owner).await
}

pub(super) async fn orphan(at: &Target) -> anyhow::Result<()> {
    family(at, false).await?;
    at.delete(
        &at.path("", "configmaps/owner"),
        &json!({"propagationPolicy": "Orphan"}),
    )
    .await?
    .ok()?;
    gone(at, &at.path("", "configmaps/owner")).await?;
    let child = at.get(&at.path("", "secrets/child")).await?.ok()?;
    ensure!(
        child.at("/metadata/ownerReferences").is_null()
            && child.at("/metadata/deletionTimestamp").is_null()
    );
    Ok(())
}

pub(super) async fn missing_owner(at: &Target) -> anyhow::Result<()> {
    let reference = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "none", "uid": "11111111-2222-3333-4444-555555555555"}]);
    let child = json!({"metadata": {"name": "child", "ownerReferences": reference}});
    at.post(&at.path("", "secrets"), &child).await?.ok()?;
    gone(at, &at.path("", "secrets/child")).await?;
    let incomplete = json!({"metadata": {"name": "x", "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "", "uid": ""}]}});
    at.post(&at.path("", "secrets"), &incomplete)
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn namespace(at: &Target) -> anyhow::Result<()> {
    let name = format!("{}-other", at.namespace);
    let path = format!("/api/v1/namespaces/{name}");
    at.post("/api/v1/namespaces", &json!({"metadata": {"name": name}}))
        .await?
        .ok()?;
    let held = json!({"metadata": {"name": "held", "finalizers": ["example.org/hold"]}});
    at.post(&format!("{path}/secrets"), &held).await?.ok()?;
    let ending = at.delete(&path, &json!({})).await?.expect(200, "")?;
    ensure!(
        ending.text("/status/phase") == "Terminating",
        "{}",
        ending.body
    );
    let refused = at
        .post(
            &format!("{path}/secrets"),
            &json!({"metadata": {"name": "late"}}),
        )
        .await?
        .expect(403, "Forbidden")?;
    ensure!(refused.text("/details/causes/0/reason") == "NamespaceTerminating");
    let held = format!("{path}/secrets/held");
    at.until("the deletion of the content", || async {
        Ok(!at
            .get(&held)
            .await?
            .text("/metadata/deletionTimestamp")
            .is_empty())
    })
    .await?;
    at.get(&path).await?.ok()?;
    at.patch(&held, MERGE, &json!({"metadata": {"finalizers": null}}))
        .await?
        .ok()?;
    gone(at, &path).await
}
