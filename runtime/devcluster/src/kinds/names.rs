//! The rules of names and metadata.

use serde_json::Value;

use crate::object::{at, finalizers, is_terminating, items, name, pairs, text};
use crate::registry::{Known, Resource};
use crate::status::Cause;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Whether `text` is an RFC 1123 label.
pub(crate) fn is_label(text: &str) -> bool {
    let inner =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let inner =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        !part.is_empty()
            && part.chars().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn is_word(text: &str) -> bool {
    let inner = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let ends = text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && text.ends_with(|letter: char| letter.is_ascii_alphanumeric());
    (1..=63).contains(&text.len()) && ends && text.chars().all(inner)
}

fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_word(name),
        None => is_word(text),
    }
}

/// The message for a list element whose name is no label.
pub(super) fn label_cause(path: String, value: &Value) -> Cause {
    Cause::invalid(path, value, LABEL)
}

/// Checks name, labels, annotations, owners and finalizers.
pub(crate) fn check_metadata(
    resource: &Resource,
    old: &Value,
    object: &Value,
    causes: &mut Vec<Cause>,
) {
    let metadata = at(object, &["metadata"]);
    let own = name(object);
    if own.is_empty() {
        causes.push(Cause::required(
            "metadata.name",
            "name or generateName is required",
        ));
    } else if matches!(resource.known, Known::Namespace) && !is_label(own) {
        causes.push(Cause::invalid(
            "metadata.name",
            at(metadata, &["name"]),
            LABEL,
        ));
    } else if !is_subdomain(own) {
        causes.push(Cause::invalid(
            "metadata.name",
            at(metadata, &["name"]),
            SUBDOMAIN,
        ));
    }
    labels(metadata, "metadata", causes);
    let size: usize = pairs(metadata, &["annotations"])
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if size > 256 << 10 {
        causes.push(Cause {
            reason: "FieldValueTooLong",
            message: "Too long: may not be more than 262144 bytes".into(),
            field: "metadata.annotations".into(),
        });
    }
    for (key, _) in pairs(metadata, &["annotations"]) {
        if !is_qualified(&key.to_lowercase()) {
            causes.push(Cause::invalid("metadata.annotations", &key.into(), "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"));
        }
    }
    for (index, owner) in items(metadata, &["ownerReferences"]).iter().enumerate() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if text(owner, &[field]).is_empty() {
                causes.push(Cause::invalid(
                    format!("metadata.ownerReferences[{index}].{field}"),
                    &"".into(),
                    "must not be empty",
                ));
            }
        }
    }
    for finalizer in finalizers(object) {
        let qualified = finalizer.contains('/')
            || matches!(finalizer, "foregroundDeletion" | "orphan" | "kubernetes")
            || resource.known == Known::CustomResourceDefinition;
        if !qualified || !is_qualified(finalizer) {
            causes.push(Cause::invalid(
                "metadata.finalizers",
                &finalizer.into(),
                "name is neither a standard finalizer name nor is it fully qualified",
            ));
        }
    }
    if is_terminating(old) {
        let fresh: Vec<&str> = finalizers(object)
            .filter(|finalizer| !finalizers(old).any(|known| known == *finalizer))
            .collect();
        if !fresh.is_empty() {
            causes.push(Cause::forbidden(
                "metadata.finalizers",
                &format!("no new finalizers can be added if the object is being deleted, found new finalizers {fresh:?}"),
            ));
        }
    }
}

/// Checks the labels below `metadata`.
pub(super) fn labels(metadata: &Value, path: &str, causes: &mut Vec<Cause>) {
    for (key, value) in pairs(metadata, &["labels"]) {
        if !is_qualified(key) {
            causes.push(Cause::invalid(format!("{path}.labels"), &key.into(), "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"));
        }
        if !value.is_empty() && !is_word(value) {
            causes.push(Cause::invalid(
                format!("{path}.labels"),
                &value.into(),
                LABEL_VALUE,
            ));
        }
    }
}
