//! The service under the client of one call.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, UPGRADE};
use ::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use ::kube::client::Body as KubeBody;
use tower::{BoxError, Service};

use super::access::accesses;
use super::body::Body;
use super::conceal::{self, ResponseBody};
use super::query::Query;
use super::request::{self, RequestInfo, ResourceRequest};
use crate::authority::{Access, Denial};
use crate::gate::{Gate, Reveal};
use kanister_api::function::Verb;

/// Subresources that are connections, and not documents.
const CONNECTIONS: [&str; 4] = ["attach", "exec", "portforward", "proxy"];

/// Checks, reveals, sends, conceals.
#[derive(Clone)]
pub(super) struct GatedService {
    shared: ::kube::Client,
    gate: Gate,
    secrets: Arc<dyn Reveal>,
}

impl GatedService {
    pub(super) fn new(shared: ::kube::Client, gate: Gate, secrets: Arc<dyn Reveal>) -> Self {
        Self {
            shared,
            gate,
            secrets,
        }
    }

    async fn pass(self, request: Request<KubeBody>) -> Result<Response<ResponseBody>, BoxError> {
        let (request, watches) = self.permit(request).await?;
        let response = self.shared.send(request).await?;
        conceal::response(response, self.secrets, watches).await
    }

    /// The request as it may be sent, and whether it is a watch.
    async fn permit(
        &self,
        request: Request<KubeBody>,
    ) -> Result<(Request<KubeBody>, bool), BoxError> {
        let what = format!(
            "kubernetes: {} {:?}",
            request.method(),
            request.uri().path()
        );
        let refuse = |why: &str| self.gate.refuse(what.clone(), why);
        let (mut parts, body) = request.into_parts();
        if parts.uri.authority().is_some() || parts.uri.scheme().is_some() {
            return Err(refuse("the request names a server of its own").into());
        }
        if let Some(name) = parts.headers.keys().find(|name| is_foreign(name)) {
            return Err(refuse(&format!("the request has the header {name}")).into());
        }
        let query = Query::parse(parts.uri.query()).map_err(refuse)?;
        let info = request::read(&parts.method, parts.uri.path(), &query).map_err(refuse)?;
        let info = match info {
            RequestInfo::Resource(info) => info,
            RequestInfo::Discovery => {
                self.gate.check(&Access::Discovery {
                    path: parts.uri.path().to_owned(),
                })?;
                return Ok((Request::from_parts(parts, body), false));
            }
        };
        negotiation(&info, &parts.headers).map_err(refuse)?;
        let watches = info.verb == Verb::Watch;
        let bytes = body.collect_bytes().await?;
        // Options of a deletion decide about nothing that is checked.
        let checked = match info.verb {
            Verb::Create | Verb::Update | Verb::Patch => {
                Body::read(&parts.headers, &bytes).map_err(refuse)?
            }
            _ => Body::NONE,
        };
        let asked = accesses(&info, &query, &checked).map_err(|why| refuse(&why))?;
        for access in &asked {
            self.gate.check(access)?;
        }
        let sent = if self.secrets.is_empty() {
            checked
        } else {
            let revealed = checked.reveal(&*self.secrets);
            if accesses(&info, &query, &revealed).ok().as_ref() != Some(&asked) {
                return Err(refuse(
                    "a secret stands where it would change what is asked for; secrets can stand in \
                     data, environments and commands",
                )
                .into());
            }
            self.reveal_command(&info, &query, &mut parts.uri)?;
            revealed
        };
        let bytes = sent.to_bytes().map_or(bytes, Into::into);
        if parts.headers.contains_key(CONTENT_LENGTH) {
            let length = HeaderValue::from(bytes.len());
            parts.headers.insert(CONTENT_LENGTH, length);
        }
        Ok((Request::from_parts(parts, KubeBody::from(bytes)), watches))
    }

    /// Puts secrets into the command line of an exec. No other part of a URL has any.
    fn reveal_command(
        &self,
        info: &ResourceRequest,
        query: &Query,
        uri: &mut Uri,
    ) -> Result<(), Denial> {
        if !info.is_pod(Some("exec")) {
            return Ok(());
        }
        let query = query.with("command", |text| {
            self.secrets.reveal_text(text).into_owned()
        });
        *uri = format!("{}?{query}", uri.path()).parse().map_err(|_| {
            // The error would show the URL, and with it the secret.
            self.gate.refuse(
                format!("kubernetes: {:?}", uri.path()),
                "the command line is too long for a URL once its secrets are in it",
            )
        })?;
        Ok(())
    }
}

/// Headers by which a request would act as somebody else.
fn is_foreign(name: &HeaderName) -> bool {
    let name_text = name.as_str();
    *name == AUTHORIZATION
        || name_text.starts_with("impersonate-")
        || name_text.starts_with("x-remote-")
}

/// Whether the answer will be one that can be searched for secrets: JSON, and no stream of another
/// protocol where the resource itself is none.
fn negotiation(info: &ResourceRequest, headers: &HeaderMap) -> Result<(), &'static str> {
    let connects = info
        .subresource
        .as_deref()
        .is_some_and(|name| CONNECTIONS.contains(&name));
    if headers.contains_key(UPGRADE) && !connects {
        return Err("the request changes the protocol of a resource that has none of its own");
    }
    let searchable = |range: &str| {
        let range = range.trim();
        range.starts_with("application/json") || range.starts_with("*/*")
    };
    let accepted = headers.get_all(ACCEPT).iter();
    let searchable = accepted
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.split(','))
        .all(searchable);
    if searchable || connects || info.subresource.as_deref() == Some("log") {
        Ok(())
    } else {
        Err("the request asks for an answer that is no JSON")
    }
}

impl Service<Request<KubeBody>> for GatedService {
    type Response = Response<ResponseBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The shared client waits for its own readiness when it sends.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<KubeBody>) -> Self::Future {
        Box::pin(self.clone().pass(request))
    }
}
