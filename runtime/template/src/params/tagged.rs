//! Test data: JSON with tags for Go types that JSON has not.

use crate::text::{Named, Str};
use crate::value::{List, Map, Type, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

static STRING: Type = Type::Str(Named::String);

pub(super) fn value(json: &Json, secret: bool) -> Result<Value, String> {
    match json {
        Json::Array(items) => {
            let items: Result<_, _> = items.iter().map(|item| value(item, secret)).collect();
            Ok(Value::List(List::of(&Type::Any, items?)))
        }
        Json::Object(entries) => {
            let mut all = entries.iter();
            if let (Some((key, inner)), None) = (all.next(), all.next())
                && let Some(tagged) = tagged(key, inner, secret)
            {
                return tagged;
            }
            let mut values = Vec::new();
            for (key, item) in entries {
                values.push((Str::from(key.as_str()), value(item, secret)?));
            }
            Ok(Value::Map(Map::frozen(&Type::Any, values)))
        }
        other => Ok(Value::from_json(other, secret)),
    }
}

/// The value behind a tag; `None` if the key is no tag.
fn tagged(tag: &str, inner: &Json, secret: bool) -> Option<Result<Value, String>> {
    let wrong = |wanted: &str| Err(format!("{tag} must hold {wanted}"));
    let text = |text: &str| {
        Value::Str(if secret {
            Str::secret(text.as_bytes())
        } else {
            text.into()
        })
    };
    Some(match tag {
        "$secret" => value(inner, true),
        "$bytes" => match inner.as_str().map(|text| STANDARD.decode(text)) {
            Some(Ok(bytes)) => Ok(Value::Bytes(if secret {
                Str::secret(bytes)
            } else {
                Str::new(bytes)
            })),
            _ => wrong("base 64"),
        },
        "$int" => inner.as_i64().map_or_else(
            || wrong("a whole number"),
            |number| {
                Ok(if secret {
                    Value::int(number).all_secret()
                } else {
                    Value::int(number)
                })
            },
        ),
        "$strmap" => match inner {
            Json::Object(entries) => Ok(Value::Map(Map::frozen(
                &STRING,
                entries.iter().map(|(key, item)| {
                    (key.as_str().into(), text(item.as_str().unwrap_or_default()))
                }),
            ))),
            _ => wrong("an object of strings"),
        },
        "$strlist" => match inner {
            Json::Array(items) => {
                let items = items
                    .iter()
                    .map(|item| text(item.as_str().unwrap_or_default()))
                    .collect();
                Ok(Value::List(List::of(&STRING, items)))
            }
            _ => wrong("an array of strings"),
        },
        _ => return None,
    })
}
