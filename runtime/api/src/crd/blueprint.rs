//! The schema of a Blueprint.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

use super::build::{anything, list, map, object, string};
use super::shared::{artifacts, condition, header, reference, retry, timeout};

pub(super) fn schema() -> JSONSchemaProps {
    let [api_version, kind, metadata] = header();
    object([api_version, kind, metadata, ("actions", map(action()))])
}

fn action() -> JSONSchemaProps {
    object([
        ("name", string()),
        ("kind", string()),
        ("configMapNames", list(string())),
        ("secretNames", list(string())),
        ("inputArtifactNames", list(string())),
        ("outputArtifacts", artifacts()),
        ("phases", list(phase())),
        ("deferPhase", phase()),
        ("timeout", timeout()),
        ("retry", retry()),
        ("if", condition()),
    ])
}

fn phase() -> JSONSchemaProps {
    object([
        ("func", string()),
        ("name", string()),
        ("objects", map(reference())),
        ("args", anything()),
        ("timeout", timeout()),
        ("retry", retry()),
        ("if", condition()),
    ])
}
