//! What is there after the cluster was killed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

struct Server(Child);

impl Server {
    async fn start(folder: &Path) -> (Self, kube::Client) {
        let file = folder.join("kubeconfig");
        if file.exists() {
            std::fs::remove_file(&file).unwrap();
        }
        let child = Command::new(env!("CARGO_BIN_EXE_devcluster-alone"))
            .arg("--state")
            .arg(folder.join("state"))
            .arg("--kubeconfig")
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..400 {
            if file.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let config = Kubeconfig::read_from(&file).unwrap();
        let config = kube::Config::from_custom_kubeconfig(config, &KubeConfigOptions::default())
            .await
            .unwrap();
        (Self(child), kube::Client::try_from(config).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn get(client: &kube::Client, path: &str) -> Value {
    client
        .request(Request::get(path).body(Vec::new()).unwrap())
        .await
        .unwrap()
}

async fn create(client: &kube::Client, path: &str, body: &Value) -> Value {
    let request = Request::post(path).header("content-type", "application/json");
    client
        .request(request.body(serde_json::to_vec(body).unwrap()).unwrap())
        .await
        .unwrap()
}

async fn until(client: &kube::Client, path: &str, check: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let found = get(client, path).await;
        if check(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} is {}", get(client, path).await);
}

fn pod(name: &str, policy: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"restartPolicy": policy, "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": "host", "command": ["sleep", "1000"]}]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_a_kill() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let maps = "/api/v1/namespaces/default/configmaps";
    let pods = "/api/v1/namespaces/default/pods";
    let mut written = Vec::new();
    for round in 0..3 {
        let (_server, client) = Server::start(folder.path()).await;
        for (name, version) in &written {
            let found = get(&client, &format!("{maps}/{name}")).await;
            assert_eq!(&found["metadata"]["resourceVersion"], version, "{name}");
        }
        for number in 0..50 {
            let name = format!("m-{round}-{number}");
            let made = create(&client, maps, &json!({"metadata": {"name": name}})).await;
            written.push((name, made["metadata"]["resourceVersion"].clone()));
        }
        // Killed while more is being written.
        let busy = tokio::spawn({
            let client = client.clone();
            async move {
                for number in 0.. {
                    let body = json!({"metadata": {"name": format!("lost-{round}-{number}")}});
                    let request = Request::post(maps).header("content-type", "application/json");
                    let request = request.body(serde_json::to_vec(&body).unwrap()).unwrap();
                    if client.request::<Value>(request).await.is_err() {
                        return;
                    }
                }
            }
        });
        tokio::time::sleep(Duration::from_millis(30)).await;
        drop(_server);
        busy.await.unwrap();
    }
    let versions: std::collections::BTreeSet<String> = written
        .iter()
        .map(|(_, version)| version.to_string())
        .collect();
    assert_eq!(versions.len(), written.len(), "a version was used twice");

    let (server, client) = Server::start(folder.path()).await;
    for (name, policy) in [("again", "Always"), ("once", "Never")] {
        create(&client, pods, &pod(name, policy)).await;
        until(&client, &format!("{pods}/{name}"), |pod| {
            pod["status"]["phase"] == "Running"
        })
        .await;
    }
    let first = get(&client, &format!("{pods}/again")).await["status"]["containerStatuses"][0]["containerID"].clone();
    drop(server);
    let (_server, client) = Server::start(folder.path()).await;
    until(&client, &format!("{pods}/again"), |pod| {
        pod["status"]["phase"] == "Running"
            && pod["status"]["containerStatuses"][0]["containerID"] != first
    })
    .await;
    let failed = until(&client, &format!("{pods}/once"), |pod| {
        pod["status"]["phase"] == "Failed"
    })
    .await;
    assert_eq!(
        failed["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"],
        137
    );
}
