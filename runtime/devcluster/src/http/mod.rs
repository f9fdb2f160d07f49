//! The API over HTTP.

mod answer;
mod columns;
mod discovery;
mod openapi;
mod path;
mod pods;
mod request;
mod table;
mod watch;

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub(crate) use answer::{Body, failure};
pub(crate) use path::Query;

use crate::node::Node;
use crate::object;
use crate::patch::Patch;
use crate::status::Status;
use crate::verbs::{Call, Deleted, Objects, Subresource, Validation, Written};
use answer::{Accept, Encoder};
use path::{Path, Place};
use request::Input;

/// The longest body of a request.
pub(crate) const BODY_LIMIT: usize = 3 << 20;

/// The version of Kubernetes whose API this is.
const VERSION: (&str, &str) = ("1", "34");

/// Answers requests.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) objects: Arc<Objects>,
    pub(crate) node: Option<Arc<Node>>,
    /// Ends watches and streams when the cluster ends.
    pub(crate) shutdown: CancellationToken,
}

impl Api {
    /// Answers one request; errors become answers too.
    pub(crate) async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>
            + Send
            + 'static,
    {
        match self.route(request).await {
            Ok(response) => response,
            Err(status) => failure(&status),
        }
    }

    async fn route<B>(&self, request: Request<B>) -> Result<Response<Body>, Status>
    where
        B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>
            + Send
            + 'static,
    {
        let path = Path::parse(request.uri().path()).ok_or_else(Status::no_such_path)?;
        let registry = self.objects.registry();
        let accept = Accept::of(request.headers());
        let aggregated = accept.aggregated;
        let value = match path {
            Path::Objects(place) => return self.objects_at(place, request).await,
            _ if request.method() != Method::GET && request.method() != Method::HEAD => {
                return Err(Status::not_allowed(
                    "the server does not allow this method on the requested resource",
                ));
            }
            Path::Health => return Ok(answer::text(StatusCode::OK, "ok")),
            Path::Version => json!({
                "major": VERSION.0, "minor": VERSION.1, "gitVersion": "v1.34.4+kanister-devcluster",
                "gitCommit": "", "gitTreeState": "", "buildDate": "1970-01-01T00:00:00Z",
                "goVersion": "none", "compiler": "rustc", "platform": "linux/amd64",
            }),
            Path::CoreVersions if aggregated => {
                return Ok(answer::aggregated(&discovery::aggregated(&registry, true)));
            }
            Path::Groups if aggregated => {
                return Ok(answer::aggregated(&discovery::aggregated(&registry, false)));
            }
            Path::CoreVersions => discovery::core_versions(),
            Path::Groups => discovery::groups(&registry),
            Path::Group(group) => {
                discovery::group(&registry, &group).ok_or_else(Status::no_such_path)?
            }
            Path::Resources { group, version } => discovery::resources(&registry, &group, &version)
                .ok_or_else(Status::no_such_path)?,
            Path::OldOpenApi => return Ok(answer::old_openapi()),
            Path::OpenApi => openapi::index(&registry),
            Path::OpenApiDocument { group, version } => {
                openapi::document(&registry, &group, &version).ok_or_else(Status::no_such_path)?
            }
        };
        Ok(answer::json(StatusCode::OK, &value))
    }

    async fn objects_at<B>(
        &self,
        place: Place,
        request: Request<B>,
    ) -> Result<Response<Body>, Status>
    where
        B: http_body::Body<Data: Send, Error: std::error::Error + Send + Sync + 'static>
            + Send
            + 'static,
    {
        let registry = self.objects.registry();
        if let Some(answer) = request::review(&place, &request) {
            return Ok(answer);
        }
        let resource = registry
            .find(&place.group, &place.version, &place.plural)
            .cloned()
            .ok_or_else(Status::no_such_path)?;
        let in_namespace = !place.namespace.is_empty();
        if in_namespace != resource.namespaced && (in_namespace || place.name.is_some()) {
            return Err(Status::no_such_path());
        }
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let call = Call {
            resource,
            namespace: place.namespace.clone(),
            manager: request::manager(&query, request.headers())?,
            dry_run: request::dry_run(&query)?,
            validation: match query.get("fieldValidation") {
                Some("Strict") => Validation::Strict,
                Some("Ignore") => Validation::Ignore,
                _ => Validation::Warn,
            },
        };
        if let ("pods", "", Some(name), Some(subresource)) = (
            place.plural.as_str(),
            place.group.as_str(),
            &place.name,
            &place.subresource,
        ) && subresource != "status"
        {
            return self
                .pod_access(&call, name, subresource, &query, request)
                .await;
        }
        let accept = Accept::of(request.headers());
        let watching = query.flag("watch") && request.method() == Method::GET;
        if watching && place.subresource.is_none() {
            return watch::watch(self, &call, &query, place.name.as_deref(), accept);
        }
        let input = Input::read(request).await?;
        let encoder = Encoder {
            call: &call,
            accept,
            query: &query,
        };
        match (place.name.as_deref(), place.subresource.as_deref()) {
            (None, _) => self.collection(&call, input, &encoder).await,
            (Some(name), None) => self.object(&call, name, input, &encoder).await,
            (Some(name), Some("status")) => {
                self.part(&call, name, Subresource::Status, input, &encoder)
                    .await
            }
            (Some(name), Some("finalize")) if place.plural == "namespaces" => {
                self.part(&call, name, Subresource::Finalize, input, &encoder)
                    .await
            }
            (Some(name), Some("scale")) => self.scale(&call, name, input).await,
            _ => Err(Status::no_such_path()),
        }
    }

    async fn collection(
        &self,
        call: &Call,
        input: Input,
        encoder: &Encoder<'_>,
    ) -> Result<Response<Body>, Status> {
        match input.method.as_str() {
            "GET" | "HEAD" => {
                let options = request::list_options(encoder.query, call)?;
                let page = self.objects.list(call, &options)?;
                Ok(encoder.list(&page))
            }
            "POST" => {
                if call.resource.namespaced && call.namespace.is_empty() {
                    return Err(Status::not_allowed(
                        "the server does not allow this method on the requested resource",
                    ));
                }
                let written = self.objects.create(call, input.object()?)?;
                self.written(written, encoder).await
            }
            "DELETE" => {
                let list = request::list_options(encoder.query, call)?;
                let options = request::delete_options(encoder.query, &input)?;
                let removed = self.objects.delete_all(call, &list, &options)?;
                self.objects
                    .store
                    .settled(self.objects.store.version())
                    .await?;
                Ok(encoder.removed_list(&removed))
            }
            _ => Err(Status::not_allowed(
                "the server does not allow this method on the requested resource",
            )),
        }
    }

    async fn object(
        &self,
        call: &Call,
        name: &str,
        input: Input,
        encoder: &Encoder<'_>,
    ) -> Result<Response<Body>, Status> {
        match input.method.as_str() {
            "GET" | "HEAD" => {
                if let Some(version) = request::version(encoder.query)? {
                    let current = self.objects.store.version();
                    if version > current {
                        return Err(Status::future_version(version, current));
                    }
                }
                let entry = self.objects.get(call, name)?;
                Ok(encoder.entry(StatusCode::OK, &entry, &[]))
            }
            "DELETE" => {
                let call = Call {
                    dry_run: input.dry_run().unwrap_or(call.dry_run),
                    ..call.clone()
                };
                let options = request::delete_options(encoder.query, &input)?;
                match self.objects.delete(&call, name, &options)? {
                    Deleted::Gone(answer) => {
                        self.objects.store.settled(answer.version()).await?;
                        Ok(answer::deleted(
                            &call.resource,
                            name,
                            object::uid(answer.object()),
                        ))
                    }
                    Deleted::Pending(answer) => {
                        self.objects.store.settled(answer.version()).await?;
                        Ok(encoder.answer(StatusCode::OK, &answer, &[]))
                    }
                }
            }
            _ => {
                self.part(call, name, Subresource::Whole, input, encoder)
                    .await
            }
        }
    }

    async fn part(
        &self,
        call: &Call,
        name: &str,
        part: Subresource,
        input: Input,
        encoder: &Encoder<'_>,
    ) -> Result<Response<Body>, Status> {
        if part == Subresource::Status && !call.resource.status {
            return Err(Status::no_such_path());
        }
        let written = match input.method.as_str() {
            "GET" | "HEAD" => {
                let entry = self.objects.get(call, name)?;
                return Ok(encoder.entry(StatusCode::OK, &entry, &[]));
            }
            "PUT" => self.objects.update(call, name, part, &input.object()?)?,
            "PATCH" => {
                let patch = input.patch(encoder.query)?;
                let force = encoder.query.flag("force");
                self.objects.patch(call, name, part, &patch, force)?
            }
            _ => {
                return Err(Status::not_allowed(
                    "the server does not allow this method on the requested resource",
                ));
            }
        };
        self.written(written, encoder).await
    }

    async fn scale(&self, call: &Call, name: &str, input: Input) -> Result<Response<Body>, Status> {
        let (scale, written) = match input.method.as_str() {
            "GET" | "HEAD" => {
                return Ok(answer::json(
                    StatusCode::OK,
                    &self.objects.get_scale(call, name)?,
                ));
            }
            "PUT" => self
                .objects
                .write_scale(call, name, &Patch::Merge(input.object()?), true)?,
            "PATCH" => {
                self.objects
                    .write_scale(call, name, &input.patch(&Query::default())?, false)?
            }
            _ => {
                return Err(Status::not_allowed(
                    "the server does not allow this method on the requested resource",
                ));
            }
        };
        self.objects.store.settled(written.version()).await?;
        Ok(answer::json(StatusCode::OK, &scale))
    }

    async fn written(
        &self,
        written: Written,
        encoder: &Encoder<'_>,
    ) -> Result<Response<Body>, Status> {
        self.objects.store.settled(written.answer.version()).await?;
        let code = if written.created {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        Ok(encoder.answer(code, &written.answer, &written.warnings))
    }
}

/// An object without anything but its kind and metadata.
pub(crate) fn partial(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
        "metadata": object::at(object, &["metadata"])})
}
