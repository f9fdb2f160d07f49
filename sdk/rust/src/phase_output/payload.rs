//! What stands after a marker: a JSON object with `key` and `value`.

use super::syntax;
use serde_json::Value;

/// Key and value of a payload. What is missing or null is empty, as the Go programs have it,
/// and so are the words of the messages that users know.
pub(super) fn pair(payload: &str) -> Result<(String, String), String> {
    syntax::check(payload)?;
    let parsed: Value = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let object = match parsed {
        Value::Object(object) => object,
        Value::Null => return Ok(Default::default()),
        other => {
            let kind = kind(&other);
            return Err(format!(
                "json: cannot unmarshal {kind} into Go value of type output.Output"
            ));
        }
    };
    let (mut key, mut value) = (String::new(), String::new());
    for (name, content) in object {
        let (target, field) = if name.eq_ignore_ascii_case("key") {
            (&mut key, "key")
        } else if name.eq_ignore_ascii_case("value") {
            (&mut value, "value")
        } else {
            continue;
        };
        match content {
            Value::String(text) => *target = text,
            Value::Null => {}
            other => {
                let kind = kind(&other);
                return Err(format!(
                    "json: cannot unmarshal {kind} into Go struct field Output.{field} of type \
                     string"
                ));
            }
        }
    }
    Ok((key, value))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
