//! Reading an object that a client sent.

use serde_json::Value;

use super::{Call, Validation};
use crate::kinds;
use crate::object::{at, map_mut, metadata_mut, text};
use crate::registry::Known;
use crate::schema::{Mode, prune};
use crate::status::Status;

/// Most unknown fields that are named in one answer.
const NAMED: usize = 20;

/// Checks the header, removes what the type does not have, and brings the object into the form in
/// which it is stored. Returns warnings.
pub(super) fn decode(call: &Call, object: &mut Value) -> Result<Vec<String>, Status> {
    let resource = &call.resource;
    if !object.is_object() {
        return Err(Status::bad_request(format!(
            "the body is no object of kind {}: a map is expected",
            resource.kind
        )));
    }
    let wanted = resource.api_version();
    for (field, wanted) in [
        ("apiVersion", wanted.as_str()),
        ("kind", resource.kind.as_str()),
    ] {
        let found = text(object, &[field]);
        if !found.is_empty() && found != wanted {
            return Err(Status::bad_request(if field == "kind" {
                format!(
                    "{found} in version {:?} cannot be handled as a {wanted}: converting ({found}) to ({wanted}): unknown conversion",
                    resource.version
                )
            } else {
                format!(
                    "the API version in the data ({found}) does not match the expected API version ({wanted})"
                )
            }));
        }
        map_mut(object).insert(field.to_owned(), wanted.into());
    }
    if !matches!(at(object, &["metadata"]), Value::Null | Value::Object(_)) {
        return Err(Status::bad_request("metadata: a map is expected"));
    }
    metadata_mut(object);
    let findings = prune(object, &resource.schema, resource.mode());
    if resource.mode() == Mode::Custom {
        prune_metadata(object)?;
    }
    let refuse = |problem: &str| {
        Status::bad_request(format!(
            "{} in version {:?} cannot be handled as a {}: {problem}",
            resource.kind, resource.version, resource.kind
        ))
    };
    if let Some(first) = findings.wrong.first() {
        return Err(refuse(&format!("json: cannot unmarshal: {first}")));
    }
    let unknown: Vec<String> = findings
        .unknown
        .iter()
        .take(NAMED)
        .map(|path| format!("unknown field {path:?}"))
        .collect();
    let warnings = match call.validation {
        Validation::Ignore => Vec::new(),
        Validation::Warn => unknown,
        Validation::Strict if unknown.is_empty() => Vec::new(),
        Validation::Strict => {
            return Err(refuse(&format!(
                "strict decoding error: {}",
                unknown.join(", ")
            )));
        }
    };
    if resource.known == Known::Event && resource.group == "events.k8s.io" {
        kinds::event_to_core(object);
    }
    Ok(warnings)
}

/// Metadata of custom resources is decoded into the same struct as that of built-in ones.
fn prune_metadata(object: &mut Value) -> Result<(), Status> {
    let Some(node) = crate::schema::builtin("v1/ConfigMap").and_then(|kind| kind.field("metadata"))
    else {
        return Ok(());
    };
    let metadata = map_mut(object).entry("metadata").or_insert(Value::Null);
    let findings = prune(metadata, node, Mode::BuiltIn);
    match findings.wrong.first() {
        Some(wrong) => Err(Status::bad_request(format!(
            "metadata cannot be decoded: {wrong}"
        ))),
        None => Ok(()),
    }
}
