//! Arguments as a function declares them.
//!
//! Blueprints were written for a host that converts weakly (`5` for a text is "5", a text
//! for a list is a list of one), so this one does, by the declared kind and once for all
//! functions. Rules: those of Go's mapstructure with weak input, which upstream uses.

use crate::call::FieldError;
use crate::component::{Descriptor, Parameter, ValueType};
use serde_json::{Map, Number, Value};

/// How the message for a missing argument begins. Upstream's words.
pub const MISSING: &str = "Required arg missing: ";

/// How the message for an argument that a function does not have ends. Upstream's words.
pub const UNSUPPORTED: &str = " is not supported";

/// Checks arguments against a function's parameters: nothing required is missing, nothing
/// is unknown, each value has its kind or can be made to; defaults are filled in.
///
/// # Errors
/// Everything that is wrong, at once. The messages are upstream's, without the values that it
/// shows in some of them.
pub fn check(
    descriptor: &Descriptor,
    args: Map<String, Value>,
) -> Result<Map<String, Value>, Vec<FieldError>> {
    let mut args = args;
    let mut checked = Map::new();
    let mut wrong = Vec::new();
    for parameter in &descriptor.parameters {
        let Parameter {
            name,
            kind,
            required,
            default,
            rendering: _,
            doc: _,
        } = parameter;
        let given = args.remove(name);
        // A key without a value says as little as no key.
        let given = given.filter(|value| !value.is_null() || *kind == ValueType::Any);
        match given.or_else(|| default.clone()) {
            None if *required => wrong.push(FieldError {
                path: name.clone(),
                message: format!("{MISSING}{name}"),
            }),
            None => {}
            Some(value) => match convert(value, *kind) {
                Ok(value) => {
                    checked.insert(name.clone(), value);
                }
                Err(why) => wrong.push(FieldError {
                    path: name.clone(),
                    message: format!("Failed to decode arg `{name}`: {why}"),
                }),
            },
        }
    }
    wrong.extend(args.keys().map(|name| FieldError {
        path: name.clone(),
        message: format!("argument {name}{UNSUPPORTED}"),
    }));
    if wrong.is_empty() {
        Ok(checked)
    } else {
        Err(wrong)
    }
}

/// Says whether a value is of a kind or can be made so; what a template leaves to its rendering is
/// for the caller to know.
///
/// # Errors
/// What is wrong, without the value.
pub fn fits(value: &Value, kind: ValueType) -> Result<(), String> {
    convert(value.clone(), kind).map(drop)
}

fn convert(value: Value, kind: ValueType) -> Result<Value, String> {
    match kind {
        ValueType::Any => Ok(value),
        ValueType::String => text(value).map(Value::String),
        ValueType::Boolean => boolean(&value).map(Value::Bool),
        ValueType::Integer => integer(&value).map(Value::from),
        ValueType::Number => number(&value).map(Value::Number),
        ValueType::List => Ok(Value::Array(list(value))),
        ValueType::StringList => list(value)
            .into_iter()
            .map(|item| text(item).map(Value::String))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        ValueType::Object => map(value).map(Value::Object),
        ValueType::StringMap => map(value)?
            .into_iter()
            .map(|(key, value)| Ok((key, Value::String(text(value)?))))
            .collect::<Result<_, String>>()
            .map(Value::Object),
    }
}

/// The kind of a value, never the value: it may be one that nobody should read.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The kind of a value as upstream's messages about maps have it.
fn kind_in_go(value: &Value) -> &'static str {
    match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    }
}

fn text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(truth) => Ok(if truth { "1" } else { "0" }.to_owned()),
        Value::Number(number) => Ok(plain(&number)),
        Value::Null => Ok(String::new()),
        other => Err(format!("it takes a text, not {}", found(&other))),
    }
}

/// A number without an exponent.
fn plain(number: &Number) -> String {
    match (number.is_f64(), number.as_f64()) {
        (true, Some(float)) => format!("{float}"),
        _ => number.to_string(),
    }
}

fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
            "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
            _ => Err("it takes true or false, and this text is neither".to_owned()),
        },
        other => Err(format!("it takes true or false, not {}", found(other))),
    }
}

fn integer(value: &Value) -> Result<i64, String> {
    let beyond = || "it takes a whole number, and this is none that fits 64 bits".to_owned();
    match value {
        Value::Bool(truth) => Ok(i64::from(*truth)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(whole),
            // Upstream cuts a fraction off; the range is that of exact doubles.
            (None, Some(float)) if float.is_finite() && float.abs() < 9.0e15 => {
                #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
                let whole = float.trunc() as i64;
                Ok(whole)
            }
            _ => Err(beyond()),
        },
        Value::String(text) => literal(text).ok_or_else(beyond),
        other => Err(format!("it takes a whole number, not {}", found(other))),
    }
}

/// A whole number as Go writes them: decimal, 0x, 0o or 0, 0b, with `_` between digits.
fn literal(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    let digits = digits.replace('_', "");
    let signed = if negative {
        format!("-{digits}")
    } else {
        digits
    };
    i64::from_str_radix(&signed, radix).ok()
}

fn number(value: &Value) -> Result<Number, String> {
    let none = || "it takes a number, and this is none".to_owned();
    match value {
        Value::Number(number) => Ok(number.clone()),
        Value::Bool(truth) => Ok(Number::from(u8::from(*truth))),
        Value::String(text) if text.is_empty() => Ok(Number::from(0)),
        Value::String(text) => text
            .parse::<f64>()
            .ok()
            .and_then(Number::from_f64)
            .ok_or_else(none),
        other => Err(format!("it takes a number, not {}", found(other))),
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(map) if map.is_empty() => Vec::new(),
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

fn map(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        // A list of maps is their union, as upstream has it.
        Value::Array(items) => {
            let mut union = Map::new();
            for (index, item) in items.into_iter().enumerate() {
                match item {
                    Value::Object(map) => union.extend(map),
                    other => {
                        let kind = kind_in_go(&other);
                        return Err(format!("'[{index}]' expected a map, got '{kind}'"));
                    }
                }
            }
            Ok(union)
        }
        other => Err(format!("'' expected a map, got '{}'", kind_in_go(&other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::Rendering;
    use proptest::prelude::*;
    use serde_json::json;

    fn function(parameters: &[(&str, ValueType, bool, Option<Value>)]) -> Descriptor {
        Descriptor {
            name: "F".to_owned(),
            version: semver::Version::new(0, 0, 0),
            doc: String::new(),
            parameters: parameters
                .iter()
                .map(|(name, kind, required, default)| Parameter {
                    name: (*name).to_owned(),
                    kind: *kind,
                    required: *required,
                    default: default.clone(),
                    rendering: Rendering::Arguments,
                    doc: String::new(),
                })
                .collect(),
            outputs: Vec::new(),
            open_outputs: false,
            idempotent: false,
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let function = function(&[
            ("image", ValueType::String, true, None),
            ("replicas", ValueType::Integer, true, None),
        ]);
        let wrong = check(&function, object(json!({"replicas": "x", "imgae": "a"}))).unwrap_err();
        let messages: Vec<_> = wrong.iter().map(|error| error.message.as_str()).collect();
        assert!(messages.contains(&"Required arg missing: image"));
        assert!(messages.contains(&"argument imgae is not supported"));
        assert_eq!(wrong.len(), 3);
    }

    #[test]
    fn weak_conversion_is_that_of_upstream() {
        use ValueType as T;
        let cases = [
            (T::String, json!(5), json!("5")),
            (T::String, json!(1.5), json!("1.5")),
            (T::String, json!(1e21), json!("1000000000000000000000")),
            (T::String, json!(true), json!("1")),
            (T::StringList, json!("one"), json!(["one"])),
            (T::StringList, json!(["a", 2, true]), json!(["a", "2", "1"])),
            (T::List, json!({}), json!([])),
            (T::List, json!({"a": 1}), json!([{"a": 1}])),
            (T::Boolean, json!("True"), json!(true)),
            (T::Boolean, json!("0"), json!(false)),
            (T::Boolean, json!(2), json!(true)),
            (T::Integer, json!("0x10"), json!(16)),
            (T::Integer, json!("010"), json!(8)),
            (T::Integer, json!("-3"), json!(-3)),
            (T::Integer, json!(2.9), json!(2)),
            (T::Integer, json!(""), json!(0)),
            (
                T::StringMap,
                json!({"a": 5, "b": true}),
                json!({"a": "5", "b": "1"}),
            ),
            (
                T::Object,
                json!([{"a": 1}, {"b": 2}]),
                json!({"a": 1, "b": 2}),
            ),
        ];
        for (kind, given, wanted) in cases {
            assert_eq!(
                convert(given.clone(), kind),
                Ok(wanted),
                "{given} as {kind:?}"
            );
        }
        for (kind, given) in [
            (T::String, json!([1])),
            (T::Integer, json!("ten")),
            (T::Boolean, json!("yes")),
            (T::Object, json!("x")),
        ] {
            assert!(convert(given.clone(), kind).is_err(), "{given} as {kind:?}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_refused_in_the_words_users_know() {
        let function = function(&[
            ("labels", ValueType::StringMap, true, None),
            ("name", ValueType::String, true, None),
        ]);
        let args = object(json!({"labels": ["a", "b"], "name": {"a": "b"}}));
        let wrong = check(&function, args).unwrap_err();
        let messages: Vec<_> = wrong.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "Failed to decode arg `labels`: '[0]' expected a map, got 'string'",
                "Failed to decode arg `name`: it takes a text, not a map",
            ]
        );
    }

    #[test]
    fn an_argument_that_is_null_is_not_there() {
        let function = function(&[
            ("a", ValueType::String, true, None),
            ("b", ValueType::String, false, Some(json!("default"))),
        ]);
        assert!(check(&function, object(json!({"a": null}))).is_err());
        let checked = check(&function, object(json!({"a": "x", "b": null}))).unwrap();
        assert_eq!(checked.get("b"), Some(&json!("default")));
    }

    proptest! {
        #[test]
        fn no_error_repeats_a_value(secret in "[a-z]{12,20}") {
            for kind in [ValueType::Boolean, ValueType::Integer, ValueType::Number, ValueType::Object] {
                if let Err(message) = convert(json!(secret), kind) {
                    prop_assert!(!message.contains(&secret));
                }
            }
        }

        #[test]
        fn converting_twice_changes_nothing(number in any::<i64>(), truth in any::<bool>(), text in ".*") {
            for value in [json!(number), json!(truth), json!(text)] {
                for kind in [ValueType::String, ValueType::StringList, ValueType::Boolean, ValueType::Integer] {
                    if let Ok(once) = convert(value.clone(), kind) {
                        prop_assert_eq!(convert(once.clone(), kind), Ok(once));
                    }
                }
            }
        }
    }
}
