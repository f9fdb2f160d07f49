//! Discovery.

use anyhow::{Context as _, ensure};
use http::Request;
use serde_json::{Value, json};

use crate::Target;

pub(super) async fn groups_and_resources(at: &Target) -> anyhow::Result<()> {
    let core = at.get("/api").await?.ok()?;
    ensure!(core.at("/versions") == &json!(["v1"]));
    let groups = at.get("/apis").await?.ok()?;
    let names: Vec<&str> = groups
        .at("/groups")
        .as_array()
        .context("groups")?
        .iter()
        .filter_map(|group| group["name"].as_str())
        .collect();
    for wanted in [
        "apps",
        "batch",
        "events.k8s.io",
        "apiextensions.k8s.io",
        "coordination.k8s.io",
        "storage.k8s.io",
    ] {
        ensure!(names.contains(&wanted), "{wanted} is not among {names:?}");
    }
    let resources = at.get("/api/v1").await?.ok()?;
    ensure!(
        resources.text("/kind") == "APIResourceList" && resources.text("/groupVersion") == "v1"
    );
    let list = resources.at("/resources").as_array().context("resources")?;
    let pods = list
        .iter()
        .find(|resource| resource["name"] == "pods")
        .context("pods")?;
    ensure!(
        pods["kind"] == "Pod"
            && pods["namespaced"] == true
            && pods["shortNames"] == json!(["po"])
            && pods["singularName"] == "pod"
    );
    for name in [
        "pods/exec",
        "pods/log",
        "pods/status",
        "namespaces/finalize",
    ] {
        ensure!(
            list.iter().any(|resource| resource["name"] == name),
            "{name} is missing"
        );
    }
    let apps = at.get("/apis/apps/v1").await?.ok()?;
    let list = apps.at("/resources").as_array().context("resources")?;
    let scale = list
        .iter()
        .find(|resource| resource["name"] == "deployments/scale")
        .context("scale")?;
    ensure!(
        scale["group"] == "autoscaling" && scale["version"] == "v1" && scale["kind"] == "Scale"
    );
    let version = at.get("/version").await?.ok()?;
    ensure!(version.text("/major") == "1" && !version.text("/gitVersion").is_empty());
    for path in ["/healthz", "/readyz", "/livez"] {
        ensure!(at.get(path).await?.code == 200, "{path}");
    }
    Ok(())
}

pub(super) async fn aggregated(at: &Target) -> anyhow::Result<()> {
    let request = Request::get("/apis")
        .header(
            "accept",
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
        )
        .body(Vec::new())?;
    let document: Value = at.client.request(request).await?;
    ensure!(document["kind"] == "APIGroupDiscoveryList");
    let apps = document["items"]
        .as_array()
        .context("items")?
        .iter()
        .find(|group| group["metadata"]["name"] == "apps")
        .context("apps")?;
    let resources = apps["versions"][0]["resources"]
        .as_array()
        .context("resources")?;
    let deployments = resources
        .iter()
        .find(|resource| resource["resource"] == "deployments")
        .context("deployments")?;
    ensure!(
        deployments["responseKind"]["kind"] == "Deployment" && deployments["scope"] == "Namespaced"
    );
    Ok(())
}

pub(super) async fn unknown_paths(at: &Target) -> anyhow::Result<()> {
    for path in [
        "/apis/none.example.org/v1/things",
        "/api/v1/nothings",
        "/apis/apps/v9",
        "/none",
    ] {
        ensure!(at.get(path).await?.code == 404, "{path}");
    }
    ensure!(at.get("/api/v1/configmaps/a").await?.code == 404);
    Ok(())
}
