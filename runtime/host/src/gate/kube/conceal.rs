//! Taking secrets out of what comes back.
//!
//! A guest that may read an object must not find there what it only held a token for. JSON answers
//! are searched: as a whole, or line by line where they are a stream. Logs, exec streams and the
//! like pass as they are: what a container prints is its author's act.

use std::borrow::Cow;
use std::sync::Arc;

use ::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use ::http::{HeaderMap, Response, StatusCode};
use ::kube::client::Body as KubeBody;
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use tower::BoxError;

use crate::gate::Reveal;

/// What the client of a call reads.
pub(super) type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// The longest line of a stream: an object of the API server, several times over.
const LONGEST_LINE: usize = 32 << 20;

/// The longest answer that is searched: a page of 500 objects of the API server's largest size
/// would be longer, and no client here reads that much.
const LONGEST_BODY: usize = 64 << 20;

/// The response with tokens in the place of secrets. Without secrets it passes untouched, but for
/// streams, which may outlive the first secret of the call.
pub(super) async fn response(
    response: Response<KubeBody>,
    secrets: Arc<dyn Reveal>,
    streams: bool,
) -> Result<Response<ResponseBody>, BoxError> {
    let (mut parts, body) = response.into_parts();
    let upgraded = parts.status == StatusCode::SWITCHING_PROTOCOLS;
    if upgraded || !is_json(&parts.headers) || (secrets.is_empty() && !streams) {
        let body = body.map_err(BoxError::from).boxed_unsync();
        return Ok(Response::from_parts(parts, body));
    }
    parts.headers.remove(CONTENT_LENGTH);
    let body = if streams {
        StreamBody::new(lines(body).map_ok(move |line| Frame::data(conceal(line, &*secrets))))
            .boxed_unsync()
    } else {
        let bytes = Limited::new(body, LONGEST_BODY).collect().await?.to_bytes();
        Full::new(conceal(bytes, &*secrets))
            .map_err(|never| match never {})
            .boxed_unsync()
    };
    Ok(Response::from_parts(parts, body))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.starts_with("application/json"))
}

/// JSON is UTF-8; what is not is no JSON, and nothing that a client would read.
fn conceal(bytes: Bytes, secrets: &dyn Reveal) -> Bytes {
    if secrets.is_empty() {
        return bytes;
    }
    let concealed = match std::str::from_utf8(&bytes) {
        Ok(text) => match secrets.conceal_text(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(concealed) => Some(concealed),
        },
        Err(_) => Some(String::new()),
    };
    concealed.map_or(bytes, Bytes::from)
}

/// The lines of a body, each with its end, as soon as they are whole.
fn lines(body: KubeBody) -> impl futures::Stream<Item = Result<Bytes, BoxError>> + Send {
    let chunks = body.into_data_stream().map_err(BoxError::from).boxed();
    stream::try_unfold(
        (chunks, BytesMut::new(), 0),
        |(mut chunks, mut buffer, mut searched)| async move {
            loop {
                let unsearched = buffer.get(searched..).unwrap_or_default();
                if let Some(at) = unsearched.iter().position(|byte| *byte == b'\n') {
                    let line = buffer.split_to(searched + at + 1).freeze();
                    return Ok(Some((line, (chunks, buffer, 0))));
                }
                searched = buffer.len();
                if searched > LONGEST_LINE {
                    return Err(BoxError::from("a line of the stream is too long"));
                }
                match chunks.try_next().await? {
                    Some(chunk) => buffer.extend_from_slice(&chunk),
                    None if buffer.is_empty() => return Ok(None),
                    None => {
                        let rest = buffer.split().freeze();
                        return Ok(Some((rest, (chunks, buffer, 0))));
                    }
                }
            }
        },
    )
}
