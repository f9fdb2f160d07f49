//! The body of a request.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::gate::Reveal;

/// The most bytes of a body; the API server takes 3 MiB.
const LONGEST: usize = 8 << 20;

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// There is none, or none that matters.
    None,
    /// An object.
    Object,
    /// The wanted state of an object (server-side apply), which may create it.
    Apply,
    /// A merge patch or a strategic merge patch.
    Merge,
    /// A list of operations (RFC 6902).
    JsonPatch,
}

/// The body of a request, read once and written anew from what was read.
#[derive(Clone, Debug)]
pub(super) struct Body {
    kind: BodyKind,
    json: Option<Value>,
}

impl Body {
    /// A body that the gate need not look at.
    pub(super) const NONE: Self = Self {
        kind: BodyKind::None,
        json: None,
    };

    /// Reads a body. The error says why the gate does not let it pass.
    pub(super) fn read(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, &'static str> {
        if bytes.is_empty() {
            return Ok(Self::NONE);
        }
        if bytes.len() > LONGEST {
            return Err("the body is larger than the API server takes");
        }
        let mut types = headers.get_all(CONTENT_TYPE).iter();
        let kind = match (types.next().map(|value| value.to_str()), types.next()) {
            (Some(Ok(text)), None) => text.split(';').next().unwrap_or_default().trim(),
            _ => return Err("the body has no type, or two"),
        };
        let kind = match kind {
            "application/json" => BodyKind::Object,
            "application/apply-patch+yaml" => BodyKind::Apply,
            "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
                BodyKind::Merge
            }
            "application/json-patch+json" => BodyKind::JsonPatch,
            _ => return Err("the body is of a type that the gate does not read"),
        };
        let json = serde_json::from_slice(bytes).map_err(|_| "the body is not JSON")?;
        Ok(Self {
            kind,
            json: Some(json),
        })
    }

    pub(super) const fn kind(&self) -> BodyKind {
        self.kind
    }

    pub(super) const fn json(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    /// The body with secrets in the place of tokens, in its texts and nowhere else: a secret with
    /// quotes in it cannot add a field.
    pub(super) fn reveal(&self, secrets: &dyn Reveal) -> Self {
        let mut body = self.clone();
        if let Some(json) = &mut body.json {
            reveal(json, secrets);
        }
        body
    }

    /// The bytes to send.
    pub(super) fn to_bytes(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self.json.as_ref()?).ok()
    }
}

fn reveal(value: &mut Value, secrets: &dyn Reveal) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(revealed) = secrets.reveal_text(text) {
                *text = revealed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| reveal(item, secrets)),
        Value::Object(fields) => fields.values_mut().for_each(|field| reveal(field, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
