//! A cluster that notes what reaches it.

use std::sync::{Arc, Mutex};

use ::http::{Request, Response};
use ::kube::client::Body;
use bytes::Bytes;
use http_body_util::Full;
use tower::BoxError;

use crate::authority::tests::authority;
use crate::authority::{AuditSink, Caller, Decision};
use crate::gate::{Gate, Reveal};

/// What reached the cluster: method and target, and the body.
pub(super) type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// What was recorded.
#[derive(Clone, Default)]
pub(super) struct Audit(Arc<Mutex<Vec<String>>>);

impl AuditSink for Audit {
    fn record(&self, decision: &Decision<'_>) {
        let verdict = if decision.denial.is_some() {
            "no"
        } else {
            "yes"
        };
        let line = format!("{verdict} {}", decision.access);
        self.0.lock().unwrap().push(line);
    }
}

impl Audit {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// No secret at all.
pub(super) struct NoSecrets;

impl Reveal for NoSecrets {
    fn is_empty(&self) -> bool {
        true
    }

    fn reveal_text<'a>(&self, _: &'a str) -> std::borrow::Cow<'a, str> {
        panic!("nothing to reveal")
    }

    fn conceal_text<'a>(&self, _: &'a str) -> std::borrow::Cow<'a, str> {
        panic!("nothing to conceal")
    }
}

pub(super) struct Cluster {
    pub(super) client: ::kube::Client,
    pub(super) seen: Seen,
    pub(super) audit: Audit,
}

impl Cluster {
    /// A gated client under these rules, for a cluster that answers everything with `answer`.
    pub(super) fn new(rules: &str, secrets: Arc<dyn Reveal>, answer: &'static str) -> Self {
        let seen = Seen::default();
        let noted = seen.clone();
        let server = tower::service_fn(move |request: Request<Body>| {
            let noted = noted.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect_bytes().await?;
                noted.lock().unwrap().push((
                    format!("{} {}", parts.method, parts.uri),
                    String::from_utf8_lossy(&body).into_owned(),
                ));
                let body = Full::new(Bytes::from_static(answer.as_bytes()));
                let response = Response::builder()
                    .header("content-type", "application/json")
                    .header("content-length", answer.len())
                    .body(body)?;
                Ok::<_, BoxError>(response)
            }
        });
        let shared = ::kube::Client::new(server, "default");
        let audit = Audit::default();
        let gate = Gate::new(
            Caller::default(),
            Arc::new(authority(rules)),
            Arc::new(audit.clone()),
        );
        Self {
            client: super::super::client(shared, gate, secrets, "shop"),
            seen,
            audit,
        }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        target: &str,
        body: &str,
    ) -> Result<String, ::kube::Error> {
        self.send_as(method, target, "application/json", body).await
    }

    pub(super) async fn send_as(
        &self,
        method: &str,
        target: &str,
        kind: &str,
        body: &str,
    ) -> Result<String, ::kube::Error> {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("content-type", kind)
            .body(Body::from(body.as_bytes().to_vec()))
            .unwrap();
        let response = self.client.send(request).await?;
        let bytes = response.into_body().collect_bytes().await?;
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub(super) fn seen(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().clone()
    }
}
