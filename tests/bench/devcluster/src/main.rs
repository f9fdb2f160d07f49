//! Creates ActionSets and patches each three times, as a controller does, and prints how many per
//! second were possible: on the embedded cluster, and with `--kubeconfig` on a real one beside it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use futures::StreamExt as _;
use http::Request;
use kanister_devcluster::{Cluster, Setup};
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

/// Measures creates and patches of ActionSets.
#[derive(Clone, Parser)]
struct Arguments {
    /// How many ActionSets
    #[arg(long, default_value_t = 2000)]
    count: usize,
    /// How many writers
    #[arg(long, default_value_t = 8)]
    writers: usize,
    /// How many ActionSets are there before
    #[arg(long, default_value_t = 0)]
    before: usize,
    /// Measure the cluster of this kubeconfig too, after an embedded one
    #[arg(long)]
    kubeconfig: Option<PathBuf>,
    /// Keep the embedded cluster's state in memory only
    #[arg(long)]
    memory: bool,
    /// Reach the embedded cluster by TLS instead of in process
    #[arg(long)]
    tls: bool,
}

const PATH: &str = "/apis/cr.kanister.io/v1alpha1/namespaces/default/actionsets";
/// What marks the objects of this program.
const LABEL: &str = "devcluster-bench";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        anyhow::bail!("another TLS provider is installed already");
    }
    let Some(path) = &arguments.kubeconfig else {
        embedded(&arguments).await?;
        return Ok(());
    };
    // The same work for both, each for itself, and the embedded one reached as the other is.
    let own = embedded(&Arguments {
        tls: true,
        ..arguments.clone()
    })
    .await?;
    let real = measure(
        &arguments,
        &connect(path).await?,
        &path.display().to_string(),
    )
    .await?;
    println!("the embedded cluster does {:.1} times as many", own / real);
    Ok(())
}

/// Measures an embedded cluster: objects per second.
async fn embedded(arguments: &Arguments) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let state = (!arguments.memory).then(|| folder.path().join("state"));
    let place = match (&state, arguments.tls) {
        (Some(_), true) => "embedded, on disk, by TLS",
        (Some(_), false) => "embedded, on disk, in process",
        (None, true) => "embedded, in memory, by TLS",
        (None, false) => "embedded, in memory, in process",
    };
    let cluster = Cluster::start(Setup {
        state,
        ..Setup::default()
    })
    .await?;
    let client = if arguments.tls {
        let file = folder.path().join("kubeconfig");
        cluster
            .listen_tls(SocketAddr::from(([127, 0, 0, 1], 0)), &file)
            .await?;
        connect(&file).await?
    } else {
        cluster.client()
    };
    let rate = measure(arguments, &client, place).await?;
    cluster.shutdown().await;
    Ok(rate)
}

/// Measures a cluster: objects per second.
async fn measure(arguments: &Arguments, client: &kube::Client, place: &str) -> anyhow::Result<f64> {
    let Arguments {
        count,
        writers,
        before,
        ..
    } = arguments;
    define(client).await?;
    clear(client).await?;
    fill(client, *before, *writers).await?;
    let start = Instant::now();
    let mut times: Vec<Duration> = futures::stream::iter(0..*count)
        .map(|number| one(client, number))
        .buffer_unordered(*writers)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<anyhow::Result<Vec<_>>>()?
        .concat();
    let rate = *count as f64 / start.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times
            .get(place.min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{place}: {count} ActionSets (create + 3 merge patches each), {writers} writers, {before} there before: {rate:.0} objects/s; one patch: p50 {:.2} ms, p99 {:.2} ms",
        at(0.5).as_secs_f64() * 1000.0,
        at(0.99).as_secs_f64() * 1000.0
    );
    let start = Instant::now();
    let list: Value = client.request(Request::get(PATH).body(Vec::new())?).await?;
    let listed = list
        .get("items")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    println!(
        "{place}: a list of {listed} ActionSets: {:.1} ms",
        start.elapsed().as_secs_f64() * 1000.0
    );
    clear(client).await?;
    Ok(rate)
}

/// Removes what this program made, here or in an earlier run.
async fn clear(client: &kube::Client) -> anyhow::Result<()> {
    let path = format!("{PATH}?labelSelector={LABEL}");
    client
        .request::<Value>(Request::delete(path).body(Vec::new())?)
        .await?;
    Ok(())
}

async fn connect(path: &std::path::Path) -> anyhow::Result<kube::Client> {
    let config = Kubeconfig::read_from(path).with_context(|| path.display().to_string())?;
    let config =
        kube::Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await?;
    Ok(kube::Client::try_from(config)?)
}

async fn define(client: &kube::Client) -> anyhow::Result<()> {
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    for definition in kanister_api::crd::definitions() {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&definition)?)?;
        match client.request::<Value>(request).await {
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            result => drop(result?),
        }
    }
    for _ in 0..200 {
        if client
            .request::<Value>(Request::get(PATH).body(Vec::new())?)
            .await
            .is_ok()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("ActionSets are not served")
}

fn action_set(name: &str) -> Value {
    json!({"apiVersion": "cr.kanister.io/v1alpha1", "kind": "ActionSet", "metadata": {"name": name, "labels": {LABEL: "yes"}}, "spec": {"actions": [
        {"name": "backup", "blueprint": "bench", "object": {"kind": "Namespace", "name": "default", "namespace": "default"}}]}})
}

async fn create(client: &kube::Client, name: &str) -> anyhow::Result<()> {
    let body = serde_json::to_vec(&action_set(name))?;
    let request = Request::post(PATH)
        .header("content-type", "application/json")
        .body(body)?;
    client.request::<Value>(request).await?;
    Ok(())
}

async fn fill(client: &kube::Client, count: usize, writers: usize) -> anyhow::Result<()> {
    let mut made = futures::stream::iter(0..count)
        .map(async |number| create(client, &format!("before-{number}")).await)
        .buffer_unordered(writers);
    while let Some(result) = made.next().await {
        result?;
    }
    Ok(())
}

async fn one(client: &kube::Client, number: usize) -> anyhow::Result<Vec<Duration>> {
    let name = format!("bench-{number}");
    create(client, &name).await?;
    let mut times = Vec::new();
    for state in ["pending", "running", "complete"] {
        let phase = json!({"name": "dump", "state": state, "output": {}});
        let status = json!({"status": {"state": state, "actions": [{"name": "backup", "blueprint": "bench", "phases": [phase]}], "progress": {"percentCompleted": "0"}}});
        let request = Request::patch(format!("{PATH}/{name}"))
            .header("content-type", "application/merge-patch+json")
            .body(serde_json::to_vec(&status)?)?;
        let start = Instant::now();
        client.request::<Value>(request).await?;
        times.push(start.elapsed());
    }
    Ok(times)
}
