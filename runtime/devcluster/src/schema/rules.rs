//! The rules of one value in a custom resource's schema, and their messages.

use regex::Regex;
use serde_json::Value;

/// Rules beside the type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) allowed: Option<Vec<Value>>,
    pub(crate) pattern: Option<Regex>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) exclusive_maximum: bool,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    pub(crate) unique_items: bool,
}

impl Rules {
    /// The rules in a schema, or none.
    ///
    /// # Errors
    /// If the pattern is no regular expression.
    pub(crate) fn parse(schema: &Value) -> Result<Option<Self>, String> {
        let number = |name: &str| schema.get(name).and_then(Value::as_f64);
        let count = |name: &str| schema.get(name).and_then(Value::as_u64);
        let flag = |name: &str| {
            schema
                .get(name)
                .and_then(Value::as_bool)
                .unwrap_or_default()
        };
        let pattern =
            match schema.get("pattern").and_then(Value::as_str) {
                None | Some("") => None,
                Some(text) => Some(Regex::new(text).map_err(|error| {
                    format!("pattern {text:?} is no regular expression: {error}")
                })?),
            };
        const WORDS: [&str; 12] = [
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "uniqueItems",
        ];
        if !WORDS.iter().any(|word| schema.get(word).is_some()) {
            return Ok(None);
        }
        Ok(Some(Self {
            allowed: schema.get("enum").and_then(Value::as_array).cloned(),
            pattern,
            minimum: number("minimum"),
            maximum: number("maximum"),
            exclusive_minimum: flag("exclusiveMinimum"),
            exclusive_maximum: flag("exclusiveMaximum"),
            multiple_of: number("multipleOf"),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            min_items: count("minItems"),
            max_items: count("maxItems"),
            min_properties: count("minProperties"),
            max_properties: count("maxProperties"),
            unique_items: flag("uniqueItems"),
        }))
    }

    /// What `value` breaks, in the API's words.
    pub(crate) fn broken_by(&self, value: &Value, path: &str) -> Vec<String> {
        let mut broken = Vec::new();
        let mut say = |text: String| broken.push(format!("{path} in body {text}"));
        match value {
            Value::String(text) => {
                let length = text.chars().count() as u64;
                if let Some(limit) = self.min_length.filter(|limit| length < *limit) {
                    say(format!("should be at least {limit} chars long"));
                }
                if let Some(limit) = self.max_length.filter(|limit| length > *limit) {
                    say(format!("should be at most {limit} chars long"));
                }
                if let Some(pattern) = self
                    .pattern
                    .as_ref()
                    .filter(|pattern| !pattern.is_match(text))
                {
                    say(format!("should match '{pattern}'"));
                }
            }
            Value::Number(number) => self.number(number.as_f64().unwrap_or_default(), &mut say),
            Value::Array(list) => {
                let count = list.len() as u64;
                if let Some(limit) = self.min_items.filter(|limit| count < *limit) {
                    say(format!("should have at least {limit} items"));
                }
                if let Some(limit) = self.max_items.filter(|limit| count > *limit) {
                    say(format!("should have at most {limit} items"));
                }
                let twice = || {
                    list.iter()
                        .enumerate()
                        .any(|(at, item)| list.iter().take(at).any(|other| other == item))
                };
                if self.unique_items && twice() {
                    say("shouldn't contain duplicates".to_owned());
                }
            }
            Value::Object(map) => {
                let count = map.len() as u64;
                if let Some(limit) = self.min_properties.filter(|limit| count < *limit) {
                    say(format!("should have at least {limit} properties"));
                }
                if let Some(limit) = self.max_properties.filter(|limit| count > *limit) {
                    say(format!("should have at most {limit} properties"));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        broken
    }

    fn number(&self, number: f64, say: &mut impl FnMut(String)) {
        let below = |limit: &f64| number < *limit || (self.exclusive_minimum && number == *limit);
        if let Some(limit) = self.minimum.filter(below) {
            let or_equal = if self.exclusive_minimum {
                ""
            } else {
                " or equal to"
            };
            say(format!("should be greater than{or_equal} {limit}"));
        }
        let above = |limit: &f64| number > *limit || (self.exclusive_maximum && number == *limit);
        if let Some(limit) = self.maximum.filter(above) {
            let or_equal = if self.exclusive_maximum {
                ""
            } else {
                " or equal to"
            };
            say(format!("should be less than{or_equal} {limit}"));
        }
        if let Some(step) = self
            .multiple_of
            .filter(|step| (number / step).fract() != 0.0)
        {
            say(format!("should be a multiple of {step}"));
        }
    }
}
