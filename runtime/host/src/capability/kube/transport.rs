//! Requests and answers: sizes and times are bounded, refusals become typed errors.

use super::error::{KubeError, brief};
use super::path::Path;
use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, header};
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::core::Status;
use serde_json::Value;
use std::time::Duration;

/// Bytes of one object; etcd takes less.
pub(super) const LARGEST_OBJECT: usize = 4 << 20;

/// Bytes of the explanation of a refusal.
const LARGEST_REFUSAL: usize = 64 << 10;

/// How long the server may take to answer what is no watch, log or command. Admission
/// webhooks may use half of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What a body is.
pub(super) const JSON: &str = "application/json";

/// A request without a body.
pub(super) fn get(path: &Path) -> Result<Request<Vec<u8>>, KubeError> {
    request(Method::GET, path, None)
}

/// A request.
pub(super) fn request(
    method: Method,
    path: &Path,
    body: Option<(&str, Vec<u8>)>,
) -> Result<Request<Vec<u8>>, KubeError> {
    let mut builder = Request::builder()
        .method(method)
        .uri(path.url())
        .header(header::ACCEPT, JSON);
    let mut bytes = Vec::new();
    if let Some((kind, content)) = body {
        builder = builder.header(header::CONTENT_TYPE, kind);
        bytes = content;
    }
    builder
        .body(bytes)
        .map_err(|error| KubeError::Invalid(format!("the request cannot be sent: {error}")))
}

/// Sends a request and reads its answer, an object of at most `limit` bytes.
///
/// # Errors
/// The server's, or [`KubeError::Timeout`], or that the answer is [`too_large`].
pub(super) async fn send(
    client: &kube::Client,
    request: Request<Vec<u8>>,
    limit: usize,
) -> Result<Value, KubeError> {
    let answer = async {
        let response = open(client, request).await?;
        let bytes = read_all(response.into_body(), limit).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            KubeError::Other(format!("the API server's answer is no JSON: {error}"))
        })
    };
    tokio::time::timeout(PATIENCE, answer)
        .await
        .unwrap_or(Err(KubeError::Timeout))
}

/// Sends a request whose answer is a stream; it was accepted when this returns.
///
/// # Errors
/// The server's.
pub(super) async fn open(
    client: &kube::Client,
    request: Request<Vec<u8>>,
) -> Result<Response<Body>, KubeError> {
    let response = client.send(request.map(Body::from)).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    // A refusal that cannot be read is still a refusal.
    let bytes = read_all(response.into_body(), LARGEST_REFUSAL)
        .await
        .unwrap_or_default();
    let mut reason = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
        // Proxies in between answer in plain text.
        Status::failure(&brief(&String::from_utf8_lossy(&bytes)), "")
    });
    reason.code = status.as_u16();
    if reason.message.is_empty() {
        reason.message = format!("the API server answered {status}");
    }
    Err(KubeError::of_status(&reason, retry_after))
}

/// The next bytes of a body; none at its regular end.
///
/// # Errors
/// [`KubeError::Truncated`] when the connection broke.
pub(super) async fn next_data(body: &mut Body) -> Result<Option<Bytes>, KubeError> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data()
                    && !data.is_empty()
                {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => return Err(KubeError::Truncated),
        }
    }
}

/// What is said of an answer that is longer than it may be. Lists ask for less then.
pub(super) fn too_large(limit: usize) -> KubeError {
    KubeError::Other(format!(
        "the API server's answer has more than {} MiB",
        limit >> 20
    ))
}

async fn read_all(mut body: Body, limit: usize) -> Result<Bytes, KubeError> {
    let mut all = BytesMut::new();
    loop {
        let data = next_data(&mut body)
            .await
            .map_err(|_| KubeError::Unavailable("the API server's answer broke off".to_owned()))?;
        let Some(data) = data else {
            return Ok(all.freeze());
        };
        if all.len().saturating_add(data.len()) > limit {
            return Err(too_large(limit));
        }
        all.extend_from_slice(&data);
    }
}

/// A body of lines, as a watch sends them.
pub(super) struct Lines {
    body: Body,
    rest: BytesMut,
    limit: usize,
}

impl Lines {
    pub(super) fn new(body: Body, limit: usize) -> Self {
        Self {
            body,
            rest: BytesMut::new(),
            limit,
        }
    }

    /// The next line without its end; none when the body ended. What follows the last
    /// newline is half a line and dropped.
    ///
    /// # Errors
    /// The connection broke, or a line is too long.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, KubeError> {
        let mut searched = 0;
        loop {
            let fresh = self.rest.get(searched..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(|&byte| byte == b'\n') {
                let line = self.rest.split_to(searched + at + 1);
                return Ok(Some(line.freeze().slice(..searched + at)));
            }
            searched = self.rest.len();
            if searched > self.limit {
                return Err(too_large(self.limit));
            }
            match next_data(&mut self.body).await? {
                Some(data) => self.rest.extend_from_slice(&data),
                None => return Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_end_where_they_end_and_half_a_line_is_none() {
        let mut lines = Lines::new(Body::from(b"one\n\ntwo\nthr".to_vec()), 8);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            seen.push(line);
        }
        assert_eq!(seen, ["one", "", "two"]);
        let mut lines = Lines::new(Body::from(vec![b'x'; 100]), 8);
        assert!(lines.next().await.is_err());
    }
}
