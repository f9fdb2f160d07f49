//! From JSON, as Kubernetes' unstructured objects are decoded: whole numbers are `int64`, others `float64`.

use super::{Int, IntKind, List, Map, Type, Value};
use crate::text::Str;
use serde_json::Value as Json;

impl Value {
    /// The value of a decoded JSON document; strings and numbers are secret if `secret`.
    pub(crate) fn from_json(json: &Json, secret: bool) -> Value {
        match json {
            Json::Null => Value::Nil,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Value::Int(Int {
                    kind: IntKind::Int64,
                    value,
                    secret,
                }),
                None => Value::Float(number.as_f64().unwrap_or_default(), secret),
            },
            Json::String(text) => Value::Str(if secret {
                Str::secret(text.as_bytes())
            } else {
                text.as_str().into()
            }),
            Json::Array(items) => Value::List(List::of(
                &Type::Any,
                items
                    .iter()
                    .map(|item| Value::from_json(item, secret))
                    .collect(),
            )),
            Json::Object(entries) => Value::Map(Map::frozen(
                &Type::Any,
                entries
                    .iter()
                    .map(|(key, item)| (Str::from(key.as_str()), Value::from_json(item, secret))),
            )),
        }
    }

    /// A map of strings.
    pub(crate) fn string_map<'a>(
        entries: impl IntoIterator<Item = (&'a String, &'a String)>,
        secret: bool,
    ) -> Value {
        let text = |value: &String| {
            if secret {
                Str::secret(value.as_bytes())
            } else {
                value.as_str().into()
            }
        };
        Value::Map(Map::frozen(
            &Type::Str(crate::text::Named::String),
            entries
                .into_iter()
                .map(|(key, value)| (Str::from(key.as_str()), Value::Str(text(value)))),
        ))
    }
}
