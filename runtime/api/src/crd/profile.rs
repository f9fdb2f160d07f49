//! The schema of a Profile.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

use super::build::{boolean, integer, map, object, preserving, string};
use super::shared::{header, reference};

pub(super) fn schema() -> JSONSchemaProps {
    let [api_version, kind, metadata] = header();
    object([
        api_version,
        kind,
        metadata,
        ("location", location()),
        ("credential", credential()),
        ("skipSSLVerify", boolean()),
    ])
}

fn location() -> JSONSchemaProps {
    object([
        ("type", string()),
        ("bucket", string()),
        ("endpoint", string()),
        ("prefix", string()),
        ("region", string()),
    ])
}

fn credential() -> JSONSchemaProps {
    object([
        ("type", string()),
        (
            "keyPair",
            object([
                ("idField", string()),
                ("secretField", string()),
                ("secret", reference()),
            ]),
        ),
        ("secret", reference()),
        ("kopiaServerSecret", kopia()),
    ])
}

fn kopia() -> JSONSchemaProps {
    preserving(object([
        ("username", string()),
        ("hostname", string()),
        ("userPassphrase", value_of_secret()),
        ("tlsCert", value_of_secret()),
        ("connectOptions", map(integer())),
    ]))
}

fn value_of_secret() -> JSONSchemaProps {
    preserving(object([("key", string()), ("secret", reference())]))
}
