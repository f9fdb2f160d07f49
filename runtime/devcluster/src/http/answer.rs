//! Writing answers.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use super::path::Query;
use super::{partial, table};
use crate::registry::Resource;
use crate::status::Status;
use crate::store::Entry;
use crate::verbs::{Answer, Call, Page, converted};

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// In which form the client wants objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accept {
    pub(crate) table: bool,
    pub(crate) partial: bool,
    pub(crate) aggregated: bool,
    pub(crate) yaml: bool,
}

impl Accept {
    /// The first form in `Accept` that is spoken here; JSON if there is none.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        for wanted in accept.split(',') {
            let has = |part: &str| wanted.split(';').any(|piece| piece.trim() == part);
            let json = has("application/json");
            if json && has("as=Table") {
                return Self {
                    table: true,
                    ..Self::default()
                };
            }
            if json && (has("as=PartialObjectMetadata") || has("as=PartialObjectMetadataList")) {
                return Self {
                    partial: true,
                    ..Self::default()
                };
            }
            if json && has("g=apidiscovery.k8s.io") && has("v=v2") {
                return Self {
                    aggregated: true,
                    ..Self::default()
                };
            }
            if has("application/yaml") {
                return Self {
                    yaml: true,
                    ..Self::default()
                };
            }
            if json || has("*/*") {
                return Self::default();
            }
        }
        Self::default()
    }
}

pub(super) fn bytes(code: StatusCode, media: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(body).boxed_unsync());
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, private"),
    );
    response
}

pub(super) fn text(code: StatusCode, body: &str) -> Response<Body> {
    bytes(
        code,
        "text/plain; charset=utf-8",
        Bytes::copy_from_slice(body.as_bytes()),
    )
}

/// The document of the second version of OpenAPI, which `kubectl` reads for lists of objects only and
/// in protobuf: one that says of nothing what it is, and by which `kubectl` refuses nothing.
pub(super) fn old_openapi() -> Response<Body> {
    // The field 1, `swagger`, with the text `2.0`.
    const DOCUMENT: &[u8] = b"\x0a\x032.0";
    bytes(
        StatusCode::OK,
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
        Bytes::from_static(DOCUMENT),
    )
}

pub(super) fn json(code: StatusCode, value: &Value) -> Response<Body> {
    bytes(code, "application/json", value.to_string().into())
}

pub(super) fn aggregated(value: &Value) -> Response<Body> {
    bytes(
        StatusCode::OK,
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        value.to_string().into(),
    )
}

pub(crate) fn failure(status: &Status) -> Response<Body> {
    json(status.code, &status.to_json())
}

/// The answer to a deletion that is done.
pub(super) fn deleted(resource: &Resource, name: &str, uid: &str) -> Response<Body> {
    let mut details =
        json!({"name": name, "group": resource.group, "kind": resource.plural, "uid": uid});
    if let Some(map) = details.as_object_mut() {
        map.retain(|_, value| value != "");
    }
    let value = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
    json(StatusCode::OK, &value)
}

/// Writes objects in the form that the client asked for.
pub(super) struct Encoder<'a> {
    pub(super) call: &'a Call,
    pub(super) accept: Accept,
    pub(super) query: &'a Query,
}

impl Encoder<'_> {
    pub(super) fn answer(
        &self,
        code: StatusCode,
        answer: &Answer,
        warnings: &[String],
    ) -> Response<Body> {
        match answer {
            Answer::Stored(entry) => self.entry(code, entry, warnings),
            Answer::Imagined(object) => {
                let object = converted(&self.call.resource, object);
                let object = object.as_ref().unwrap_or(answer.object());
                warned(self.value(code, object), warnings)
            }
        }
    }

    pub(super) fn entry(
        &self,
        code: StatusCode,
        entry: &Arc<Entry>,
        warnings: &[String],
    ) -> Response<Body> {
        let plain = self.accept == Accept::default();
        let response = match converted(&self.call.resource, &entry.object) {
            None if plain => bytes(code, "application/json", entry.json.clone()),
            None => self.value(code, &entry.object),
            Some(object) => self.value(code, &object),
        };
        warned(response, warnings)
    }

    fn value(&self, code: StatusCode, object: &Value) -> Response<Body> {
        if self.accept.table {
            let version = crate::object::at(object, &["metadata", "resourceVersion"]);
            let table = table::table(
                &self.call.resource,
                &[object],
                json!({"resourceVersion": version}),
                self.query,
            );
            return json(code, &table);
        }
        if self.accept.partial {
            return json(code, &partial(object));
        }
        if self.accept.yaml
            && let Ok(text) = serde_norway::to_string(object)
        {
            return bytes(code, "application/yaml", text.into());
        }
        json(code, object)
    }

    pub(super) fn list(&self, page: &Page) -> Response<Body> {
        let resource = &self.call.resource;
        let mut metadata = json!({"resourceVersion": page.version.to_string()});
        if let Some(resume) = &page.resume {
            crate::object::set(&mut metadata, &["continue"], resume.as_str().into());
        }
        if let Some(remaining) = page.remaining {
            crate::object::set(&mut metadata, &["remainingItemCount"], remaining.into());
        }
        if self.accept.table {
            let objects: Vec<Value> = page
                .entries
                .iter()
                .filter_map(|entry| converted(resource, &entry.object))
                .collect();
            let objects: Vec<&Value> = if objects.is_empty() {
                page.entries.iter().map(|entry| &entry.object).collect()
            } else {
                objects.iter().collect()
            };
            return json(
                StatusCode::OK,
                &table::table(resource, &objects, metadata, self.query),
            );
        }
        if self.accept.partial {
            let items: Vec<Value> = page
                .entries
                .iter()
                .map(|entry| partial(&entry.object))
                .collect();
            let list = json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata, "items": items});
            return json(StatusCode::OK, &list);
        }
        self.items(&page.entries, &metadata)
    }

    /// The list of what was removed.
    pub(super) fn removed_list(&self, entries: &[Arc<Entry>]) -> Response<Body> {
        self.items(entries, &json!({}))
    }

    fn items(&self, entries: &[Arc<Entry>], metadata: &Value) -> Response<Body> {
        let resource = &self.call.resource;
        let size: usize = entries.iter().map(|entry| entry.json.len() + 1).sum();
        let mut body = BytesMut::with_capacity(size + 256);
        let head = format!(
            "{{\"kind\":{},\"apiVersion\":{},\"metadata\":{metadata},\"items\":[",
            Value::from(resource.list_kind.as_str()),
            Value::from(resource.api_version())
        );
        body.put_slice(head.as_bytes());
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                body.put_u8(b',');
            }
            match converted(resource, &entry.object) {
                None => body.put_slice(&entry.json),
                Some(object) => body.put_slice(object.to_string().as_bytes()),
            }
        }
        body.put_slice(b"]}");
        bytes(StatusCode::OK, "application/json", body.freeze())
    }
}

fn warned(mut response: Response<Body>, warnings: &[String]) -> Response<Body> {
    for warning in warnings {
        let text = format!("299 - {}", Value::from(warning.as_str()));
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::WARNING, value);
        }
    }
    response
}
