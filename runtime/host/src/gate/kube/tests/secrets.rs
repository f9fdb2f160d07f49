//! Tokens on the way out, tokens on the way back.

use std::borrow::Cow;
use std::sync::Arc;

use ::http::{Request, Response};
use ::kube::client::Body as KubeBody;
use bytes::Bytes;
use futures::StreamExt;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::BoxError;

use super::super::{client, denial_of};
use super::cluster::Cluster;
use crate::authority::tests::authority;
use crate::authority::{Caller, TracingAudit};
use crate::gate::{Gate, Reveal};

const TOKEN: &str = "KST_1";
const SECRET: &str = r#"p"w,"x":"y"#;

struct OneSecret;

impl Reveal for OneSecret {
    fn is_empty(&self) -> bool {
        false
    }

    fn reveal_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.contains(TOKEN) {
            Cow::Owned(text.replace(TOKEN, SECRET))
        } else {
            Cow::Borrowed(text)
        }
    }

    fn conceal_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        Cow::Owned(text.replace(r#"p\"w,\"x\":\"y"#, TOKEN))
    }
}

const RULES: &str = r#"
kubernetes:
- {verbs: ["*"], groups: [""], resources: [secrets, configmaps], namespaces: [shop], names: ["*"]}
exec:
- {namespaces: [shop], pods: ["*"], containers: ["*"], argv: [[login, "**"]]}
workload:
- {namespaces: [shop], images: ["*"], claims: ["*"], overrideKeys: ["*"], features: ["capability:*"], serviceAccounts: ["*"]}
"#;

fn cluster(answer: &'static str) -> Cluster {
    Cluster::new(RULES, Arc::new(OneSecret), answer)
}

/// T4: the bytes are in the request and nowhere else.
#[tokio::test]
async fn secrets_enter_texts_of_a_body_and_add_no_field() {
    let cluster = cluster("{}");
    let body = format!(r#"{{"metadata":{{"name":"a"}},"stringData":{{"k":"x {TOKEN}"}}}}"#);
    let path = "/api/v1/namespaces/shop/secrets";
    cluster.send("POST", path, &body).await.unwrap();
    let sent: serde_json::Value = serde_json::from_str(&cluster.seen()[0].1).unwrap();
    let data = sent["stringData"].as_object().unwrap();
    assert_eq!(data.len(), 1);
    assert_eq!(data["k"], format!("x {SECRET}"));
}

#[tokio::test]
async fn secrets_enter_the_command_line_of_an_exec() {
    let cluster = cluster("{}");
    let path = "/api/v1/namespaces/shop/pods/p/exec";
    let target = format!("{path}?command=login&command={TOKEN}&stdout=true");
    cluster.send("GET", &target, "").await.unwrap();
    assert_eq!(
        cluster.seen()[0].0,
        format!("GET {path}?command=login&command=p%22w%2C%22x%22%3A%22y&stdout=true")
    );
    // T4: the audit has the token.
    let audit = cluster.audit.lines().join("\n");
    assert!(audit.contains(TOKEN) && !audit.contains("p\"w"), "{audit}");
}

/// T9: a secret that is an image, a claim or an account after the check saw a token.
#[tokio::test]
async fn a_token_cannot_stand_where_it_decides() {
    let pod = |extra: &str, image: &str| {
        format!(r#"{{"spec":{{"containers":[{{"image":"{image}"}}]{extra}}}}}"#)
    };
    let path = "/api/v1/namespaces/shop/pods";
    let bodies = [
        pod("", &format!("busybox:{TOKEN}")),
        pod(&format!(r#","serviceAccountName":"{TOKEN}""#), "a"),
        pod(
            &format!(r#","volumes":[{{"persistentVolumeClaim":{{"claimName":"{TOKEN}"}}}}]"#),
            "a",
        ),
        pod(
            &format!(r#","securityContext":{{"capabilities":{{"add":["{TOKEN}"]}}}}"#),
            "a",
        ),
    ];
    for body in bodies {
        let cluster = cluster("{}");
        let error = cluster.send("POST", path, &body).await.unwrap_err();
        let denial = denial_of(&error).unwrap();
        assert!(denial.reason().contains("secret stands where"), "{denial}");
        assert!(!denial.to_string().contains("p\"w"));
        assert!(cluster.seen().is_empty());
    }
    // As the name of an object it would be read from the audit of the cluster.
    let cluster = cluster("{}");
    let named = format!(r#"{{"metadata":{{"name":"{TOKEN}"}}}}"#);
    let path = "/api/v1/namespaces/shop/configmaps";
    assert!(cluster.send("POST", path, &named).await.is_err());
    // In the environment of a container it is what tokens are for.
    let env = format!(
        r#"{{"spec":{{"containers":[{{"image":"a","env":[{{"name":"A","value":"{TOKEN}"}}]}}]}}}}"#
    );
    cluster
        .send("POST", "/api/v1/namespaces/shop/pods", &env)
        .await
        .unwrap();
    assert!(cluster.seen()[0].1.contains(r#"p\"w"#));
}

/// T4: a guest that may read what it only held a token for.
#[tokio::test]
async fn answers_have_tokens_again() {
    let answer = r#"{"data":{"k":"p\"w,\"x\":\"y"}}"#;
    let cluster = cluster(answer);
    let path = "/api/v1/namespaces/shop/secrets/a";
    let read = cluster.send("GET", path, "").await.unwrap();
    assert_eq!(read, format!(r#"{{"data":{{"k":"{TOKEN}"}}}}"#));
}

#[tokio::test]
async fn streams_are_concealed_line_by_line() {
    let answer =
        "{\"a\":\"p\\\"w,\\\"x\\\":\\\"y\"}\n{\"b\":1}\n{\"c\":\"p\\\"w,\\\"x\\\":\\\"y\"}";
    let cluster = cluster(answer);
    let path = "/api/v1/namespaces/shop/secrets?watch=1";
    let read = cluster.send("GET", path, "").await.unwrap();
    assert_eq!(
        read,
        format!("{{\"a\":\"{TOKEN}\"}}\n{{\"b\":1}}\n{{\"c\":\"{TOKEN}\"}}")
    );
}

/// A watch is read while it goes on; its end may be hours away.
#[tokio::test(start_paused = true)]
async fn a_stream_is_not_held_back() {
    let server = tower::service_fn(async |_: Request<KubeBody>| {
        let first = [b"{\"a\":\"p\\\"w,\\\"x\\\":\\\"y\"}\n{\"b\"".as_slice()];
        let endless = futures::stream::iter(first)
            .map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::from_static(chunk))))
            .chain(futures::stream::pending());
        let response = Response::builder().header("content-type", "application/json");
        Ok::<_, BoxError>(response.body(StreamBody::new(endless))?)
    });
    let gate = Gate::new(
        Caller::default(),
        Arc::new(authority(RULES)),
        Arc::new(TracingAudit),
    );
    let shared = ::kube::Client::new(server, "default");
    let client = client(shared, gate, Arc::new(OneSecret), "shop");
    let request = Request::get("/api/v1/namespaces/shop/secrets?watch=1")
        .body(KubeBody::empty())
        .unwrap();
    let first = async {
        let mut body = client.send(request).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap().into_data().unwrap()
    };
    // The clock is stopped: it goes on only if nothing else can.
    let first = tokio::time::timeout(std::time::Duration::from_secs(1), first).await;
    assert_eq!(first.unwrap(), format!("{{\"a\":\"{TOKEN}\"}}\n"));
}
