//! Schemas that several kinds use.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

use super::build::{described, duration, integer_within, map, object, one_of, preserving, string};
use crate::RetryOn;

/// The three fields that every object has.
pub(super) fn header() -> [(&'static str, JSONSchemaProps); 3] {
    let version = "The version of the schema that the object is written in.";
    let metadata = JSONSchemaProps {
        type_: Some("object".into()),
        ..JSONSchemaProps::default()
    };
    [
        ("apiVersion", described(version, string())),
        ("kind", described("The kind of the object.", string())),
        ("metadata", metadata),
    ]
}

/// A [`crate::ObjectReference`].
pub(super) fn reference() -> JSONSchemaProps {
    object([
        (
            "apiVersion",
            described("API version of the object.", string()),
        ),
        ("group", described("API group of the object.", string())),
        (
            "resource",
            described("Plural resource name of the object.", string()),
        ),
        ("kind", described("Kind of the object.", string())),
        ("name", described("Name of the object.", string())),
        ("namespace", described("Namespace of the object.", string())),
    ])
}

/// A map of [`crate::Artifact`]s.
pub(super) fn artifacts() -> JSONSchemaProps {
    map(object([
        ("keyValue", map(string())),
        ("kopiaSnapshot", preserving(string())),
    ]))
}

/// A timeout.
pub(super) fn timeout() -> JSONSchemaProps {
    described(
        "How long it may take, for example 90s, 10m or 1h30m.",
        duration(),
    )
}

/// A [`crate::RetryPolicy`].
pub(super) fn retry() -> JSONSchemaProps {
    let attempts = "How often a phase runs at most, the first time included.";
    let delay = "How long to wait before the second attempt; 10s if not given.";
    let factor = "By what each further wait is longer than the one before; 2 if not given.";
    let words = RetryOn::ALL.iter().map(RetryOn::as_str).collect::<Vec<_>>();
    let policy = object([
        ("attempts", described(attempts, integer_within(1, u32::MAX))),
        ("delay", described(delay, duration())),
        ("factor", described(factor, integer_within(1, u32::MAX))),
        (
            "maxDelay",
            described("The longest wait; 5m if not given.", duration()),
        ),
        (
            "failures",
            described("Which failures are tried again.", one_of(&words)),
        ),
    ]);
    let policy = JSONSchemaProps {
        required: Some(vec!["attempts".to_owned()]),
        ..policy
    };
    described("How failed phases are tried again.", policy)
}

/// A condition.
pub(super) fn condition() -> JSONSchemaProps {
    described("A template; it runs only if the text is true.", string())
}
