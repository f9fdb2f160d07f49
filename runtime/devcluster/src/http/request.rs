//! Reading requests.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::BODY_LIMIT;
use super::answer::{self, Body};
use super::path::{Place, Query};
use crate::object::text;
use crate::patch::Patch;
use crate::selector::{Fields, Labels};
use crate::status::Status;
use crate::verbs::{Call, DeleteOptions, ListOptions, Propagation};

/// How much is read of a body that is too long: a client that is still sending does not see the
/// answer.
const DRAINED: usize = 16 << 20;

/// Reads a body up to the limit.
async fn bounded<B>(body: B) -> Result<Bytes, Status>
where
    B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>,
{
    let mut body = std::pin::pin!(body);
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| Status::bad_request(format!("the body could not be read: {error}")))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.remaining();
        if length <= BODY_LIMIT {
            bytes.put(data);
        } else if length > DRAINED {
            break;
        }
    }
    if length > BODY_LIMIT {
        return Err(Status::too_large());
    }
    Ok(bytes.freeze())
}

/// Method and body of a request.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) method: Method,
    media: String,
    body: Bytes,
}

impl Input {
    pub(super) async fn read<B>(request: Request<B>) -> Result<Self, Status>
    where
        B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>
            + Send
            + 'static,
    {
        let (parts, body) = request.into_parts();
        let media = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_owned();
        Ok(Self {
            method: parts.method,
            media,
            body: bounded(body).await?,
        })
    }

    /// The body as an object.
    pub(super) fn object(&self) -> Result<Value, Status> {
        match self.media.as_str() {
            "" | "application/json" => self.json(),
            "application/yaml" => self.yaml(),
            "application/vnd.kubernetes.protobuf" => crate::schema::from_protobuf(&self.body)
                .map_err(|problem| {
                    Status::unsupported_media(format!(
                        "the body cannot be read: {problem}; send application/json"
                    ))
                }),
            other => Err(Status::unsupported_media(format!(
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml; it is {other:?}"
            ))),
        }
    }

    fn json(&self) -> Result<Value, Status> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Status::bad_request(format!("the body is no JSON: {error}")))
    }

    fn yaml(&self) -> Result<Value, Status> {
        serde_norway::from_slice(&self.body)
            .map_err(|error| Status::bad_request(format!("the body is no YAML: {error}")))
    }

    /// The body as a patch, of the kind that the content type says.
    pub(super) fn patch(&self, query: &Query) -> Result<Patch, Status> {
        let patch = match self.media.as_str() {
            "application/json-patch+json" => Patch::Json(self.json()?),
            "application/merge-patch+json" => Patch::Merge(self.json()?),
            "application/strategic-merge-patch+json" => Patch::Strategic(self.json()?),
            "application/apply-patch+yaml" => {
                if query.get("fieldManager").is_none_or(str::is_empty) {
                    return Err(options_invalid(
                        "fieldManager",
                        "Required value: is required for apply patch",
                        "FieldValueRequired",
                    ));
                }
                return Ok(Patch::Apply(self.yaml()?));
            }
            _ => {
                return Err(Status::unsupported_media(
                    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
                ));
            }
        };
        if query.get("force").is_some() {
            return Err(options_invalid(
                "force",
                "Forbidden: may not be specified for non-apply patch",
                "FieldValueForbidden",
            ));
        }
        Ok(patch)
    }

    /// Whether the body asks for a dry run, as `DeleteOptions` can; nothing without a body.
    pub(super) fn dry_run(&self) -> Option<bool> {
        if self.body.is_empty() {
            return None;
        }
        let asked = self
            .options()
            .is_some_and(|options| crate::object::contains(&options, &["dryRun"], "All"));
        Some(asked)
    }

    fn options(&self) -> Option<Value> {
        self.json().ok().filter(Value::is_object)
    }
}

fn options_invalid(field: &str, problem: &str, reason: &str) -> Status {
    let mut status = Status::bad_request(format!(
        "PatchOptions.meta.k8s.io \"\" is invalid: {field}: {problem}"
    ));
    status.code = StatusCode::UNPROCESSABLE_ENTITY;
    status.reason = "Invalid";
    status.details = json!({"group": "meta.k8s.io", "kind": "PatchOptions",
        "causes": [{"reason": reason, "message": problem, "field": field}]});
    status
}

/// Who the fields that are written belong to: the parameter, else the program that asks.
pub(super) fn manager(query: &Query, headers: &HeaderMap) -> Result<String, Status> {
    if let Some(manager) = query
        .get("fieldManager")
        .filter(|manager| !manager.is_empty())
    {
        if manager.len() > 128 {
            return Err(Status::bad_request(
                "fieldManager: Too long: may not be more than 128 bytes",
            ));
        }
        return Ok(manager.to_owned());
    }
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split('/').next())
        .filter(|value| !value.is_empty())
        .unwrap_or("unknown");
    Ok(agent.chars().take(128).collect())
}

pub(super) fn dry_run(query: &Query) -> Result<bool, Status> {
    match query.get("dryRun") {
        None | Some("") => Ok(false),
        Some("All") => Ok(true),
        Some(other) => Err(Status::bad_request(format!(
            "dryRun: Unsupported value: {other:?}: supported values: \"All\""
        ))),
    }
}

/// The parameter `resourceVersion`; nothing if it is absent or "0", which both mean any version.
pub(super) fn version(query: &Query) -> Result<Option<u64>, Status> {
    match query.get("resourceVersion") {
        None | Some("" | "0") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            Status::bad_request(format!(
                "resourceVersion: Invalid value: {text:?}: it is no number"
            ))
        }),
    }
}

pub(super) fn list_options(query: &Query, call: &Call) -> Result<ListOptions, Status> {
    let number = |name: &str| {
        query.get(name).filter(|text| !text.is_empty()).map(|text| {
            text.parse::<usize>()
                .map_err(|_| Status::bad_request(format!("{name}: Invalid value: {text:?}")))
        })
    };
    Ok(ListOptions {
        labels: Labels::parse(query.get("labelSelector").unwrap_or_default())?,
        fields: Fields::parse(
            query.get("fieldSelector").unwrap_or_default(),
            &call.resource,
        )?,
        limit: number("limit").transpose()?,
        resume: query
            .get("continue")
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        version: version(query)?,
        exact: query.get("resourceVersionMatch") == Some("Exact"),
    })
}

pub(super) fn delete_options(query: &Query, input: &Input) -> Result<DeleteOptions, Status> {
    // As in Kubernetes, options in the body hide those in the query.
    let (body, query) = if input.body.is_empty() {
        (json!({}), query.clone())
    } else {
        (input.object()?, Query::default())
    };
    let propagation = match query
        .get("propagationPolicy")
        .unwrap_or_else(|| text(&body, &["propagationPolicy"]))
    {
        "" if body.get("orphanDependents") == Some(&Value::Bool(true)) => Some(Propagation::Orphan),
        "" => None,
        "Background" => Some(Propagation::Background),
        "Foreground" => Some(Propagation::Foreground),
        "Orphan" => Some(Propagation::Orphan),
        other => {
            return Err(Status::bad_request(format!(
                "propagationPolicy: Unsupported value: {other:?}"
            )));
        }
    };
    let grace = match query.get("gracePeriodSeconds") {
        Some(text) => Some(
            text.parse()
                .map_err(|_| Status::bad_request("gracePeriodSeconds is no number"))?,
        ),
        None => body.get("gracePeriodSeconds").and_then(Value::as_i64),
    };
    let precondition = |name: &str| {
        let value = text(&body, &["preconditions", name]);
        (!value.is_empty()).then(|| value.to_owned())
    };
    Ok(DeleteOptions {
        grace,
        propagation,
        uid: precondition("uid"),
        version: precondition("resourceVersion"),
    })
}

/// Reviews of access: everything is allowed here, and the answer says why.
pub(super) fn review<B>(place: &Place, request: &Request<B>) -> Option<Response<Body>> {
    let post = request.method() == Method::POST;
    match (place.group.as_str(), place.plural.as_str()) {
        ("authorization.k8s.io", "selfsubjectaccessreviews") if post => {
            let value = json!({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
                "metadata": {}, "spec": {}, "status": {"allowed": true,
                "reason": "the embedded cluster does not enforce RBAC"}});
            Some(answer::json(StatusCode::CREATED, &value))
        }
        ("rbac.authorization.k8s.io", _) => Some(answer::failure(&Status::not_allowed(
            "the embedded cluster has no RBAC: whoever can reach it may do everything; use a real cluster to try roles",
        ))),
        _ => None,
    }
}
