//! Words for writing schemas.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSON, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

/// A schema of a plain type.
fn typed(name: &str) -> JSONSchemaProps {
    JSONSchemaProps {
        type_: Some(name.to_owned()),
        ..JSONSchemaProps::default()
    }
}

/// Any text.
pub(super) fn string() -> JSONSchemaProps {
    typed("string")
}

/// A whole number.
pub(super) fn integer() -> JSONSchemaProps {
    typed("integer")
}

/// A whole number with limits.
pub(super) fn integer_within(minimum: u32, maximum: u32) -> JSONSchemaProps {
    JSONSchemaProps {
        minimum: Some(f64::from(minimum)),
        maximum: Some(f64::from(maximum)),
        format: Some("int64".to_owned()),
        ..typed("integer")
    }
}

/// True or false.
pub(super) fn boolean() -> JSONSchemaProps {
    typed("boolean")
}

/// A time as RFC 3339 writes it.
pub(super) fn date_time() -> JSONSchemaProps {
    JSONSchemaProps {
        format: Some("date-time".to_owned()),
        ..typed("string")
    }
}

/// A duration as [`crate::Duration`] reads it.
pub(super) fn duration() -> JSONSchemaProps {
    let pattern = r"^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$";
    JSONSchemaProps {
        pattern: Some(pattern.to_owned()),
        ..typed("string")
    }
}

/// One of several words.
pub(super) fn one_of(words: &[&str]) -> JSONSchemaProps {
    let words = words.iter().map(|word| JSON((*word).into())).collect();
    JSONSchemaProps {
        enum_: Some(words),
        ..typed("string")
    }
}

/// A list.
pub(super) fn list(items: JSONSchemaProps) -> JSONSchemaProps {
    JSONSchemaProps {
        items: Some(JSONSchemaPropsOrArray::Schema(Box::new(items))),
        ..typed("array")
    }
}

/// A map with free keys.
pub(super) fn map(values: JSONSchemaProps) -> JSONSchemaProps {
    JSONSchemaProps {
        additional_properties: Some(JSONSchemaPropsOrBool::Schema(Box::new(values))),
        ..typed("object")
    }
}

/// An object with the given fields.
pub(super) fn object<const N: usize>(fields: [(&str, JSONSchemaProps); N]) -> JSONSchemaProps {
    let fields = fields
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema));
    JSONSchemaProps {
        properties: Some(fields.collect()),
        ..typed("object")
    }
}

/// An object of any content.
pub(super) fn anything() -> JSONSchemaProps {
    preserving(typed("object"))
}

/// The schema with unknown fields kept.
pub(super) fn preserving(schema: JSONSchemaProps) -> JSONSchemaProps {
    JSONSchemaProps {
        x_kubernetes_preserve_unknown_fields: Some(true),
        ..schema
    }
}

/// The schema with a description.
pub(super) fn described(text: &str, schema: JSONSchemaProps) -> JSONSchemaProps {
    JSONSchemaProps {
        description: Some(text.to_owned()),
        ..schema
    }
}
