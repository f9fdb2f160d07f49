//! Bringing an object into the form of its type: unknown fields out, wrong types refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Fields, Node, Shape};

/// Whose habits are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Built-in types are decoded into structs: null and empty lists and maps are the same as
    /// absent, and a wrong type cannot be decoded.
    BuiltIn,
    /// Custom resources keep what their schema allows; types are judged by [`super::check`].
    Custom,
}

/// What was found on the way.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Paths of fields that the type does not have.
    pub(crate) unknown: Vec<String>,
    /// What cannot be decoded.
    pub(crate) wrong: Vec<String>,
}

/// Removes what the type does not have.
pub(crate) fn prune(value: &mut Value, node: &Node, mode: Mode) -> Findings {
    let mut pruner = Pruner {
        mode,
        findings: Findings::default(),
    };
    pruner.visit(value, node, "");
    pruner.findings
}

struct Pruner {
    mode: Mode,
    findings: Findings,
}

impl Pruner {
    fn visit(&mut self, value: &mut Value, node: &Node, path: &str) {
        if self.mode == Mode::BuiltIn && !fits(value, &node.shape) {
            self.findings.wrong.push(format!(
                "{}: {} is not {}",
                dotless(path),
                kind(value),
                expected(&node.shape)
            ));
            return;
        }
        match (&node.shape, value) {
            (Shape::Struct(fields), Value::Object(map)) => {
                if fields.embedded {
                    // Kind, version and metadata of an embedded object need no schema.
                    let own = |name: &str| matches!(name, "apiVersion" | "kind" | "metadata");
                    self.fields(map, fields, path, own);
                } else {
                    self.fields(map, fields, path, |_| false);
                }
            }
            (Shape::Map { value: inner, .. }, Value::Object(map)) => {
                if self.mode == Mode::BuiltIn && matches!(inner.shape, Shape::Text | Shape::Bytes) {
                    // Go decodes null in a map of text as the empty text.
                    for item in map.values_mut().filter(|item| item.is_null()) {
                        *item = "".into();
                    }
                }
                for (name, item) in map.iter_mut() {
                    self.visit(item, inner, &format!("{path}.{name}"));
                }
                if self.mode == Mode::Custom {
                    map.retain(|_, item| !counts_as_absent(item, inner));
                }
            }
            (Shape::List { item: inner, .. }, Value::Array(list)) => {
                for (index, item) in list.iter_mut().enumerate() {
                    self.visit(item, inner, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    fn fields(
        &mut self,
        map: &mut serde_json::Map<String, Value>,
        fields: &Fields,
        path: &str,
        own: impl Fn(&str) -> bool,
    ) {
        map.retain(|name, _| {
            let keep = fields.open || fields.known.contains_key(name) || own(name);
            if !keep {
                self.findings
                    .unknown
                    .push(dotless(&format!("{path}.{name}")).to_owned());
            }
            keep
        });
        for (name, item) in map.iter_mut() {
            if let Some(node) = fields.known.get(name) {
                self.visit(item, node, &format!("{path}.{name}"));
            }
        }
        map.retain(|name, item| {
            let node = fields.known.get(name);
            match self.mode {
                Mode::BuiltIn => !(item.is_null() || node.is_some_and(|n| is_empty(item, n))),
                Mode::Custom => !node.is_some_and(|n| counts_as_absent(item, n)),
            }
        });
    }
}

/// Null where a custom resource allows none; where there is a default, that is filled in later.
fn counts_as_absent(value: &Value, node: &Node) -> bool {
    value.is_null() && !node.nullable && node.default.is_none()
}

fn is_empty(value: &Value, node: &Node) -> bool {
    match (&node.shape, value) {
        (Shape::Map { .. }, Value::Object(map)) => map.is_empty(),
        (Shape::List { .. }, Value::Array(list)) => list.is_empty(),
        _ => false,
    }
}

fn dotless(path: &str) -> &str {
    path.strip_prefix('.').unwrap_or(path)
}

fn fits(value: &Value, shape: &Shape) -> bool {
    match (value, shape) {
        (Value::Null, _) | (_, Shape::Any) => true,
        (_, Shape::Bytes) => value
            .as_str()
            .is_some_and(|text| STANDARD.decode(text).is_ok()),
        (_, Shape::Text | Shape::Time) => value.is_string(),
        (_, Shape::Quantity) => value.is_string() || value.is_number(),
        (_, Shape::Integer) => value.is_i64() || value.is_u64(),
        (_, Shape::IntOrText) => value.is_i64() || value.is_string(),
        (_, Shape::Number) => value.is_number(),
        (_, Shape::Boolean) => value.is_boolean(),
        (_, Shape::Struct(_) | Shape::Map { .. }) => value.is_object(),
        (_, Shape::List { .. }) => value.is_array(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "anything",
        Shape::Text => "text",
        Shape::Bytes => "base64 text",
        Shape::Time => "a time",
        Shape::Quantity => "a quantity",
        Shape::Integer => "an integer",
        Shape::Number => "a number",
        Shape::Boolean => "a boolean",
        Shape::IntOrText => "an integer or text",
        Shape::Struct(_) | Shape::Map { .. } => "a map",
        Shape::List { .. } => "a list",
    }
}
