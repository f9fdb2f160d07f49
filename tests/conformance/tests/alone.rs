//! The cluster as a program of its own: how it is reached, by whom, and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use http::Request;
use kanister_conformance::Alone;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

const PROGRAM: &str = env!("CARGO_BIN_EXE_devcluster-alone");
const PODS: &str = "/api/v1/namespaces/default/pods";

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

async fn get(client: &kube::Client, path: &str) -> Result<Value, kube::Error> {
    client
        .request(Request::get(path).body(Vec::new()).unwrap())
        .await
}

async fn create(client: &kube::Client, path: &str, body: &Value) -> Value {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(serde_json::to_vec(body).unwrap()).unwrap();
    client.request(request).await.unwrap()
}

fn code(result: Result<Value, kube::Error>) -> u16 {
    match result {
        Ok(_) => 200,
        Err(kube::Error::Api(status)) => status.code,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_kubeconfig_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Alone::start(PROGRAM, folder.path(), &[]).await.unwrap();
    let line = format!("export KUBECONFIG={}\n", cluster.kubeconfig.display());
    assert!(cluster.printed.ends_with(&line), "{}", cluster.printed);
    let state = folder.path().join("state");
    for file in [&cluster.kubeconfig, &state.join("credentials.json")] {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&state.join("store")), 0o700);

    let config = cluster.config().await.unwrap();
    assert_eq!(config.cluster_url.scheme_str(), Some("https"));
    assert_eq!(config.cluster_url.host(), Some("127.0.0.1"));
    let client = kube::Client::try_from(config.clone()).unwrap();
    assert_eq!(code(get(&client, "/api/v1/namespaces").await), 200);
    for token in [None, Some("guess".to_owned()), Some("0".repeat(64))] {
        let mut other = config.clone();
        other.auth_info.token = token.map(Into::into);
        let client = kube::Client::try_from(other).unwrap();
        for path in ["/api/v1/namespaces", "/version", "/healthz"] {
            assert_eq!(code(get(&client, path).await), 401, "{path}");
        }
    }
    // Nor does a client talk to a cluster that has not the certificate of its kubeconfig.
    let elsewhere = tempfile::tempdir().unwrap();
    let another = Alone::start(PROGRAM, elsewhere.path(), &[]).await.unwrap();
    let mut other = another.config().await.unwrap();
    other.root_cert = config.root_cert;
    let client = kube::Client::try_from(other).unwrap();
    let refused = get(&client, "/version").await.unwrap_err();
    assert!(!matches!(refused, kube::Error::Api(_)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_cleanly_and_is_found_again_by_the_same_kubeconfig() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Alone::start(PROGRAM, folder.path(), &["--listen", "127.0.0.1:0"])
        .await
        .unwrap();
    let address = cluster.config().await.unwrap().cluster_url;
    let address = address.authority().unwrap().to_string();
    let client = cluster.client().await.unwrap();
    let mark = "sleep 864205";
    let body = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "main", "image": "host",
        "command": ["sh", "-c", format!("trap '' TERM; {mark} & {mark}")]}]}});
    create(&client, PODS, &body).await;
    for _ in 0..400 {
        let pod = get(&client, &format!("{PODS}/p")).await.unwrap();
        if pod["status"]["phase"] == "Running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    // A client that only listens does not keep it.
    let watch = Request::get(format!("{PODS}?watch=true")).body(Vec::new());
    let _watch = client.request_stream(watch.unwrap()).await.unwrap();
    let ended = cluster.stop().await.unwrap();
    assert!(ended.success(), "{ended}");
    for item in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(item.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        assert!(!line.contains(mark), "still there: {line}");
    }

    let _again = Alone::start(PROGRAM, folder.path(), &["--listen", &address])
        .await
        .unwrap();
    let pod = get(&client, &format!("{PODS}/p")).await.unwrap();
    assert_eq!(pod["metadata"]["name"], "p");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_is_served_beside() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let text = socket.display().to_string();
    let mut cluster = Alone::start(PROGRAM, folder.path(), &["--socket", &text])
        .await
        .unwrap();
    assert!(cluster.printed.contains(&text), "{}", cluster.printed);
    assert!(socket.metadata().unwrap().file_type().is_socket());
    assert_eq!(mode(&socket), 0o600);
    let ask = async |request: String| {
        let mut stream = UnixStream::connect(&socket).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let maps = "/api/v1/namespaces/default/configmaps";
    let body = json!({"metadata": {"name": "by-socket"}}).to_string();
    let made = ask(format!(
        "POST {maps} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    assert!(made.starts_with("HTTP/1.1 201 Created\r\n"), "{made}");
    // Both ways lead to the same cluster.
    let client = cluster.client().await.unwrap();
    assert_eq!(code(get(&client, &format!("{maps}/by-socket")).await), 200);
    let seen = ask(format!(
        "GET {maps}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dby-socket HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    ))
    .await;
    assert!(seen.contains(r#"{"type":"ADDED","object":{"#), "{seen}");
    assert!(cluster.stop().await.unwrap().success());
    assert!(!socket.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_directory_has_one_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Alone::start(PROGRAM, folder.path(), &[]).await.unwrap();
    let second = Alone::start(PROGRAM, folder.path(), &[]).await;
    let error = second.err().unwrap().to_string();
    assert!(error.contains("in use by another cluster"), "{error}");
}
