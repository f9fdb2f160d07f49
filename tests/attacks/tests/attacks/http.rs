//! Attacks on the network.

use crate::world::attack;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server on loopback that answers everything with `answer`.
async fn server(answer: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}

fn ok() -> String {
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok".to_owned()
}

/// Requests to loopback at this port, and to nothing else.
fn loopback(port: u16) -> String {
    format!(
        "    http:\n    - {{hosts: [\"127.0.0.1:{port}\"], methods: [GET], schemes: [http], addresses: [127.0.0.0/8]}}\n"
    )
}

async fn get(url: &str, rules: &str) -> Value {
    attack("url")
        .with("value", url)
        .granting(rules)
        .output()
        .await
}

#[tokio::test]
async fn a_granted_url_is_reached() {
    let port = server(ok()).await;
    let output = get(&format!("http://127.0.0.1:{port}/x"), &loopback(port)).await;
    assert_eq!(output["status"], 200, "{output}");
    assert_eq!(output["bytes"], 2);
}

#[tokio::test]
async fn no_url_outside_the_grant_is_reached() {
    let port = server(ok()).await;
    let rules = loopback(port);
    for url in [
        "http://127.0.0.1:1/".to_owned(),
        format!("http://127.0.0.2:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}@example.com/"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "http://2852039166/".to_owned(),
        "http://0xa9.0xfe.0xa9.0xfe/".to_owned(),
        "http://kubernetes.default.svc/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "not a url".to_owned(),
    ] {
        let output = get(&url, &rules).await;
        assert!(output["status"].is_null(), "{url}: {output}");
    }
}

/// The name is granted, but what it resolves to is inside.
#[tokio::test]
async fn a_name_that_resolves_inside_the_cluster_is_denied() {
    let port = server(ok()).await;
    let rules = format!(
        "    http:\n    - {{hosts: [\"localhost:{port}\"], methods: [GET], schemes: [http]}}\n"
    );
    let output = get(&format!("http://localhost:{port}/"), &rules).await;
    assert!(output["denied"].is_string(), "{output}");
    assert!(
        output["reason"].as_str().unwrap().contains("address"),
        "{output}"
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_its_target_is_checked() {
    let inside = server(ok()).await;
    let port = server(format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inside}/secret\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ))
    .await;
    let output = attack("follow")
        .with("value", format!("http://127.0.0.1:{port}/"))
        .granting(&loopback(port))
        .output()
        .await;
    assert!(
        output["redirected"].as_str().unwrap().contains("secret"),
        "{output}"
    );
    assert!(output["then"]["denied"].is_string(), "{output}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = "x".repeat(5 << 20);
    let port = server(format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}"
    ))
    .await;
    let output = get(&format!("http://127.0.0.1:{port}/"), &loopback(port)).await;
    assert!(
        output["error"].as_str().unwrap().contains("TooLarge"),
        "{output}"
    );
}
