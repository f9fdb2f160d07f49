//! A namespace of a cluster, and plain requests to its API.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use rand::RngExt as _;
use serde_json::{Value, json};

/// The cluster under test.
pub struct Target {
    /// A client of the cluster.
    pub client: kube::Client,
    /// The namespace that belongs to this case.
    pub namespace: String,
}

/// An answer: status code and body.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub code: u16,
    /// The body, or null if it is no JSON.
    pub body: Value,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
}

impl Reply {
    /// The value at a JSON pointer.
    pub fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text at a JSON pointer, or an empty one.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// Fails unless the answer has this code and, for an error, this reason.
    ///
    /// # Errors
    /// What came instead.
    pub fn expect(self, code: u16, reason: &str) -> anyhow::Result<Self> {
        let found = if reason.is_empty() {
            ""
        } else {
            self.text("/reason")
        };
        ensure!(
            self.code == code && found == reason,
            "expected {code} {reason}, got {} {}: {}",
            self.code,
            self.text("/reason"),
            self.body
        );
        Ok(self)
    }

    /// Fails unless the request succeeded.
    ///
    /// # Errors
    /// What came instead.
    pub fn ok(self) -> anyhow::Result<Self> {
        ensure!(
            (200..300).contains(&self.code),
            "{}: {}",
            self.code,
            self.body
        );
        Ok(self)
    }
}

/// Content types of patches.
pub const MERGE: &str = "application/merge-patch+json";
/// Strategic merge patch.
pub const STRATEGIC: &str = "application/strategic-merge-patch+json";
/// RFC 6902.
pub const JSON_PATCH: &str = "application/json-patch+json";
/// Server-side apply.
pub const APPLY: &str = "application/apply-patch+yaml";

/// Five random letters.
pub fn word() -> String {
    let mut random = rand::rng();
    (0..6)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect()
}

impl Target {
    /// Makes a namespace.
    pub(crate) async fn new(client: kube::Client) -> anyhow::Result<Self> {
        let namespace = format!("conformance-{}", word());
        let target = Self { client, namespace };
        let body = json!({"metadata": {"name": target.namespace}});
        target
            .post("/api/v1/namespaces", &body)
            .await?
            .expect(201, "")?;
        // Pods need the account, which is made a moment later.
        let account = target.path("", "serviceaccounts/default");
        target
            .until("the default service account", || async {
                Ok(target.get(&account).await?.code == 200)
            })
            .await?;
        Ok(target)
    }

    pub(crate) async fn clean_up(&self) -> anyhow::Result<()> {
        self.delete(
            &format!("/api/v1/namespaces/{}", self.namespace),
            &json!({}),
        )
        .await?;
        Ok(())
    }

    /// The path of a resource in this namespace; `api` is empty or `GROUP/VERSION`.
    pub fn path(&self, api: &str, rest: &str) -> String {
        let root = if api.is_empty() {
            "/api/v1".to_owned()
        } else {
            format!("/apis/{api}")
        };
        format!("{root}/namespaces/{}/{rest}", self.namespace)
    }

    /// Sends a request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        media: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Reply> {
        let context = format!("{method} {path}");
        let bytes = body
            .map(|body| body.to_string().into_bytes())
            .unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("user-agent", "conformance/1");
        if body.is_some() {
            request = request.header("content-type", media);
        }
        let request = request.body(kube::client::Body::from(bytes))?;
        let response = self
            .client
            .send(request)
            .await
            .with_context(|| context.clone())?;
        let code = response.status().as_u16();
        let warnings = response
            .headers()
            .get_all("warning")
            .iter()
            .filter_map(|value| value.to_str().ok().map(str::to_owned))
            .collect();
        let bytes = response
            .into_body()
            .collect()
            .await
            .context(context)?
            .to_bytes();
        Ok(Reply {
            code,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            warnings,
        })
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> anyhow::Result<Reply> {
        self.send(Method::GET, path, "", None).await
    }

    /// Creates.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::POST, path, "application/json", Some(body))
            .await
    }

    /// Replaces.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::PUT, path, "application/json", Some(body))
            .await
    }

    /// Patches, with the content type of the patch.
    pub async fn patch(&self, path: &str, media: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::PATCH, path, media, Some(body)).await
    }

    /// Deletes, with `DeleteOptions`.
    pub async fn delete(&self, path: &str, options: &Value) -> anyhow::Result<Reply> {
        self.send(Method::DELETE, path, "application/json", Some(options))
            .await
    }

    /// A ConfigMap with this name and data, created.
    pub async fn config_map(&self, name: &str, data: &Value) -> anyhow::Result<Reply> {
        let body = json!({"metadata": {"name": name}, "data": data});
        self.post(&self.path("", "configmaps"), &body)
            .await?
            .expect(201, "")
    }

    /// Waits until `check` is true.
    pub async fn until<F: Future<Output = anyhow::Result<bool>>>(
        &self,
        what: &str,
        check: impl Fn() -> F,
    ) -> anyhow::Result<()> {
        for _ in 0..1200 {
            if check().await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("gave up waiting for {what}")
    }

    /// Starts a watch; its events are read from the result.
    pub async fn watch(&self, path: &str, parameters: &str) -> anyhow::Result<Watch> {
        let request = Request::get(format!("{path}?watch=true&{parameters}")).body(Vec::new())?;
        let lines = self.client.request_stream(request).await?.lines();
        Ok(Watch(Box::pin(lines)))
    }
}

/// The events of a watch.
pub struct Watch(std::pin::Pin<Box<dyn futures::Stream<Item = std::io::Result<String>> + Send>>);

impl Watch {
    /// The next event, bookmarks included.
    pub async fn next(&mut self) -> anyhow::Result<Option<Value>> {
        let line = tokio::time::timeout(Duration::from_secs(20), self.0.try_next())
            .await
            .context("no event came")??;
        Ok(line.map(|line| serde_json::from_str(&line)).transpose()?)
    }

    /// The next event as its type and the name of the object.
    pub async fn short(&mut self) -> anyhow::Result<(String, String)> {
        let event = self.next().await?.context("the watch ended")?;
        let text = |pointer: &str| {
            event
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Ok((text("/type"), text("/object/metadata/name")))
    }

    /// Fails unless the next event is this one.
    pub async fn expect(&mut self, kind: &str, name: &str) -> anyhow::Result<()> {
        let found = self.short().await?;
        ensure!(
            found == (kind.to_owned(), name.to_owned()),
            "expected {kind} {name}, got {found:?}"
        );
        Ok(())
    }
}
