//! The argument `replicas`: a number, or a text that holds one.

use kanister_sdk::prelude::Value;

/// The count, or what is wrong with it in the words that users know.
pub fn replicas(given: &Value) -> Result<u32, String> {
    let count = match given {
        Value::String(text) => parse(text)?,
        Value::Number(number) => number.as_i64().ok_or_else(|| wrong_type(given))?,
        _ => return Err(wrong_type(given)),
    };
    u32::try_from(count)
        .ok()
        .filter(|count| i32::try_from(*count).is_ok())
        .ok_or_else(|| format!("replicas: {count} is out of range; write 0 or more, below 2^31"))
}

/// A decimal number of 32 bits, as the Go program reads it.
fn parse(text: &str) -> Result<i64, String> {
    text.parse::<i32>().map(i64::from).map_err(|error| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        let why = match error.kind() {
            PosOverflow | NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        format!("Cannot convert {text} to int: strconv.ParseInt: parsing {text:?}: {why}")
    })
}

fn wrong_type(given: &Value) -> String {
    let word = match given {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    };
    format!("Invalid arg type {word} for Arg replicas ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanister_sdk::prelude::json;

    #[test]
    fn numbers_and_texts_with_a_number_are_counts() {
        for (given, count) in [(json!(0), 0), (json!("2"), 2), (json!("+3"), 3)] {
            assert_eq!(replicas(&given), Ok(count));
        }
    }

    #[test]
    fn what_is_none_is_refused_in_the_words_users_know() {
        for (given, message) in [
            (
                json!("many"),
                "Cannot convert many to int: strconv.ParseInt: parsing \"many\": invalid syntax",
            ),
            (
                json!("99999999999"),
                "Cannot convert 99999999999 to int: strconv.ParseInt: parsing \"99999999999\": \
                 value out of range",
            ),
            (json!(1.5), "Invalid arg type float64 for Arg replicas "),
            (
                json!([1]),
                "Invalid arg type []interface {} for Arg replicas ",
            ),
            (
                json!(-1),
                "replicas: -1 is out of range; write 0 or more, below 2^31",
            ),
        ] {
            assert_eq!(replicas(&given), Err(message.to_owned()));
        }
    }
}
