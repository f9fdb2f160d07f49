//! A model of Google Cloud Storage's XML interface, as far as it is used: in memory, without a check
//! of credentials. It is ours, not Google's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use md5::Digest as _;

use super::{BUCKET, Server, http::serve};
use crate::profile::Settings;

#[derive(Default)]
struct State {
    objects: BTreeMap<String, (Bytes, u64)>,
    /// By their numbers: the key, and the parts.
    uploads: BTreeMap<String, (String, BTreeMap<u32, Bytes>)>,
    counter: u64,
}

type Answer = Response<Full<Bytes>>;

/// Starts the model.
///
/// # Errors
/// It does not start.
pub async fn google() -> Result<Server> {
    let state = Arc::new(Mutex::new(State::default()));
    let shared = Arc::clone(&state);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move {
            let (head, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map(|b| b.to_bytes())
                .unwrap_or_default();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            Ok::<_, std::convert::Infallible>(state.answer(&head, body))
        }
    });
    let (address, task) = serve(service).await?;
    let key = serde_json::json!({
        "gcs_base_url": format!("http://{address}"), "disable_oauth": true,
        "client_email": "", "private_key": "", "private_key_id": "",
    });
    Ok(Server {
        name: "google-model",
        settings: Settings {
            kind: "gcs",
            bucket: BUCKET.into(),
            endpoint: format!("http://{address}"),
            prefix: "base/dir".into(),
            pair: ("project".into(), key.to_string()),
        },
        address: Some(address),
        authenticates: false,
        checksums: true,
        conditional: true,
        folders_are_nothing: true,
        odd_keys: true,
        leftovers: Some(Box::new(move |prefix| {
            let state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let keys = state.uploads.values().map(|(key, _)| key);
            let count = keys.filter(|key| key.starts_with(prefix)).count();
            Box::pin(async move { Ok(count) })
        })),
        keep: Box::new(task),
    })
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn error(status: StatusCode, code: &str) -> Answer {
    let mut answer = xml(format!("<Error><Code>{code}</Code></Error>"));
    *answer.status_mut() = status;
    answer
}

fn xml(text: String) -> Answer {
    Response::new(Full::new(text.into()))
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        let digits = (b == b'%').then(|| [bytes.next(), bytes.next()]);
        out.push(match digits {
            Some([Some(a), Some(c)]) => {
                let hex = String::from_utf8_lossy(&[a, c]).into_owned();
                u8::from_str_radix(&hex, 16).unwrap_or(b'?')
            }
            _ => b,
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn etag(bytes: &[u8]) -> String {
    md5::Md5::digest(bytes)
        .iter()
        .fold("\"".to_owned(), |mut text, b| {
            let _ = write!(text, "{b:02x}");
            text
        })
        + "\""
}

fn described(mut answer: Answer, bytes: &[u8], generation: u64) -> Answer {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes);
    let crc = STANDARD.encode(u32::try_from(crc).unwrap_or_default().to_be_bytes());
    let fields = [
        ("etag", etag(bytes)),
        ("x-goog-generation", generation.to_string()),
        ("x-goog-hash", format!("crc32c={crc}")),
        ("last-modified", "Sat, 21 Nov 2026 00:00:00 GMT".to_owned()),
    ];
    for (name, value) in fields {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

impl State {
    fn answer(&mut self, head: &http::request::Parts, body: Bytes) -> Answer {
        let path = decoded(head.uri.path().trim_start_matches('/'));
        let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
        let query: BTreeMap<String, String> = head
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(k, v)| (decoded(k), decoded(&v.replace('+', " "))))
            .collect();
        if bucket != BUCKET {
            return error(StatusCode::NOT_FOUND, "NoSuchBucket");
        }
        match head.method {
            Method::GET | Method::HEAD if key.is_empty() => self.list(&query),
            Method::GET | Method::HEAD => self.get(key, head),
            Method::PUT => self.put(key, head, &query, body),
            Method::POST => self.post(key, head, &query, &body),
            Method::DELETE => self.delete(key, &query),
            _ => error(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        }
    }

    fn store(&mut self, key: &str, head: &http::request::Parts, body: Bytes) -> Answer {
        let wanted = head.headers.get("x-goog-if-generation-match");
        let current = self.objects.get(key).map_or(0, |(_, g)| *g).to_string();
        if wanted.is_some_and(|w| w.as_bytes() != current.as_bytes()) {
            return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        self.counter += 1;
        self.objects
            .insert(key.into(), (body.clone(), self.counter));
        described(empty(StatusCode::OK), &body, self.counter)
    }

    fn put(
        &mut self,
        key: &str,
        head: &http::request::Parts,
        query: &BTreeMap<String, String>,
        body: Bytes,
    ) -> Answer {
        if let Some(number) = query.get("partNumber").and_then(|n| n.parse().ok()) {
            let upload = query
                .get("uploadId")
                .and_then(|id| self.uploads.get_mut(id));
            let Some((_, upload)) = upload else {
                return error(StatusCode::NOT_FOUND, "NoSuchUpload");
            };
            upload.insert(number, body.clone());
            return described(empty(StatusCode::OK), &body, 0);
        }
        let Some(source) = head.headers.get("x-goog-copy-source") else {
            return self.store(key, head, body);
        };
        let source = decoded(source.to_str().unwrap_or_default());
        let source = source.trim_start_matches('/');
        let source = source
            .split_once('/')
            .and_then(|(_, key)| self.objects.get(key));
        match source.map(|(bytes, _)| bytes.clone()) {
            Some(bytes) => self.store(key, head, bytes),
            None => error(StatusCode::NOT_FOUND, "NoSuchKey"),
        }
    }

    fn post(
        &mut self,
        key: &str,
        head: &http::request::Parts,
        query: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Answer {
        if query.contains_key("uploads") {
            self.counter += 1;
            let id = format!("upload-{}", self.counter);
            self.uploads
                .insert(id.clone(), (key.into(), BTreeMap::new()));
            return xml(format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ));
        }
        let upload = query.get("uploadId").and_then(|id| self.uploads.remove(id));
        let Some((_, parts)) = upload else {
            return error(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let named = String::from_utf8_lossy(body);
        let mut whole = Vec::new();
        for piece in named.split("<PartNumber>").skip(1) {
            let number = piece.split('<').next().and_then(|n| n.parse::<u32>().ok());
            match number.and_then(|n| parts.get(&n)) {
                Some(part) => whole.extend_from_slice(part),
                None => return error(StatusCode::BAD_REQUEST, "InvalidPart"),
            }
        }
        let answer = self.store(key, head, whole.into());
        let tag = answer.headers().get("etag").and_then(|v| v.to_str().ok());
        let text = format!(
            "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>",
            tag.unwrap_or_default().trim_matches('"')
        );
        answer.map(|_| Full::new(text.into()))
    }

    fn delete(&mut self, key: &str, query: &BTreeMap<String, String>) -> Answer {
        let gone = match query.get("uploadId") {
            Some(id) => self.uploads.remove(id).is_some(),
            None => self.objects.remove(key).is_some(),
        };
        match gone {
            true => empty(StatusCode::NO_CONTENT),
            false => error(StatusCode::NOT_FOUND, "NoSuchKey"),
        }
    }

    fn get(&self, key: &str, head: &http::request::Parts) -> Answer {
        let Some((bytes, generation)) = self.objects.get(key) else {
            return error(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let range = head.headers.get("range").and_then(|v| v.to_str().ok());
        let mut answer = empty(StatusCode::OK);
        let mut part = bytes.clone();
        if let Some((from, to)) = range.and_then(|r| r.strip_prefix("bytes=")?.split_once('-')) {
            let from: usize = from.parse().unwrap_or(0);
            if from >= bytes.len() {
                return error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
            }
            let to = to.parse().unwrap_or(usize::MAX).min(bytes.len() - 1);
            part = bytes.slice(from..=to);
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            if let Ok(value) = format!("bytes {from}-{to}/{}", bytes.len()).parse() {
                answer.headers_mut().insert("content-range", value);
            }
        }
        answer
            .headers_mut()
            .insert("content-length", part.len().into());
        if head.method == Method::GET {
            answer = answer.map(|_| Full::new(part));
        }
        described(answer, bytes, *generation)
    }

    fn list(&self, query: &BTreeMap<String, String>) -> Answer {
        let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let (prefix, after) = (text("prefix"), text("continuation-token"));
        let most = text("max-keys").parse().unwrap_or(1000);
        let mut items: Vec<_> = self
            .objects
            .iter()
            .filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after)
            .take(most + 1)
            .collect();
        let more = items.len() > most;
        items.truncate(most);
        let mut out = "<ListBucketResult>".to_owned();
        for (key, (bytes, _)) in &items {
            let _ = write!(
                out,
                "<Contents><Key>{}</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                escaped(key),
                escaped(&etag(bytes)),
                bytes.len()
            );
        }
        if let Some((last, _)) = items.last().filter(|_| more) {
            let _ = write!(
                out,
                "<NextContinuationToken>{}</NextContinuationToken>",
                escaped(last)
            );
        }
        xml(out + "</ListBucketResult>")
    }
}
