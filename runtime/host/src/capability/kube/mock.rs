//! An API server that plays a script.

use super::{Cluster, KubeClients, PodDefaults, PodExtras};
use crate::authority::Denial;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use kube::client::Body;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tower::{BoxError, Service};

/// What the server was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// `GET`, …
    pub(super) method: String,
    /// Path and query.
    pub(super) url: String,
    /// Null if it is no JSON.
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn is(&self, method: &str, part: &str) -> bool {
        self.method == method && self.url.contains(part)
    }

    pub(super) fn watches(&self) -> bool {
        self.url.contains("watch=true")
    }
}

/// How an answer ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Clean,
    Cut,
    Never,
}

/// An answer.
pub(super) enum Reply {
    Http {
        status: u16,
        retry_after: Option<&'static str>,
        pieces: Vec<Bytes>,
        end: End,
    },
    /// The gate in front of the server refuses.
    Denied,
    /// There is no server.
    Away,
}

impl Reply {
    pub(super) fn json(value: &Value) -> Self {
        Self::text(&[&value.to_string()], End::Clean)
    }

    pub(super) fn text(pieces: &[&str], end: End) -> Self {
        Self::Http {
            status: 200,
            retry_after: None,
            pieces: pieces
                .iter()
                .map(|it| Bytes::from((*it).to_owned()))
                .collect(),
            end,
        }
    }

    pub(super) fn status(status: u16, reason: &str, retry_after: Option<&'static str>) -> Self {
        let body = json!({
            "kind": "Status", "status": "Failure", "reason": reason, "code": status,
            "message": format!("it is {reason}"),
        });
        Self::Http {
            status,
            retry_after,
            pieces: vec![body.to_string().into()],
            end: End::Clean,
        }
    }

    /// The lines of a watch.
    pub(super) fn events(events: &[(&str, Value)], end: End) -> Self {
        let lines: Vec<String> = events
            .iter()
            .map(|(kind, object)| format!("{}\n", json!({"type": kind, "object": object})))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        Self::text(&lines, end)
    }

    /// A list of objects.
    pub(super) fn list(version: &str, items: &[Value]) -> Self {
        Self::json(&json!({"metadata": {"resourceVersion": version}, "items": items}))
    }
}

type Script = dyn FnMut(&Asked, usize) -> Reply + Send;

/// A scripted server. Clones are the same server.
#[derive(Clone)]
pub(super) struct Server {
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// The script gets the request and how many came before it.
    pub(super) fn new(script: impl FnMut(&Asked, usize) -> Reply + Send + 'static) -> Self {
        Self {
            script: Arc::new(Mutex::new(script)),
            asked: Arc::default(),
        }
    }

    pub(super) fn client(&self) -> kube::Client {
        kube::Client::new(self.clone(), "default")
    }

    /// A cluster whose gated and ungated connection lead here.
    pub(super) fn clients(&self) -> KubeClients {
        let cluster = Cluster::new(self.client(), "kanister", PodDefaults::default());
        let extras = PodExtras::default();
        KubeClients::new(cluster, self.client(), "inv-1", "KubeTask", extras)
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Answer>, BoxError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let asked = Asked {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        let before = {
            let mut all = self.asked.lock().unwrap();
            all.push(asked.clone());
            all.len() - 1
        };
        let reply = (self.script.lock().unwrap())(&asked, before);
        match reply {
            Reply::Denied => Err(Denial::by_gate("kubernetes: get pods", "no rule").into()),
            Reply::Away => Err(std::io::Error::other("connection refused").into()),
            Reply::Http {
                status,
                retry_after,
                pieces,
                end,
            } => {
                let mut builder = Response::builder().status(status);
                if let Some(after) = retry_after {
                    builder = builder.header("Retry-After", after);
                }
                let pieces = stream::iter(pieces).map(|piece| Ok(Frame::data(piece)));
                let end: Pieces = match end {
                    End::Clean => stream::empty().boxed(),
                    End::Cut => stream::iter([Err(BoxError::from("reset"))]).boxed(),
                    End::Never => stream::pending().boxed(),
                };
                Ok(builder.body(StreamBody::new(pieces.chain(end).boxed()))?)
            }
        }
    }
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, BoxError>> + Send>>;
type Answer = StreamBody<Pieces>;

impl Service<Request<Body>> for Server {
    type Response = Response<Answer>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}
