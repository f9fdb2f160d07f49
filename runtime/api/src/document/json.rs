//! JSON that is no YAML: raw control characters, tabs as indentation, documents one after another
//! without a separator. The places of values are not known there.

use serde_json::{Deserializer, Value};

use super::node::{Content, Entry, Node, Position};

/// Reads a stream of JSON documents, or `None` if the text is none.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    // The parser refuses more than 128 levels, and nothing expands.
    let documents = Deserializer::from_str(text).into_iter::<Value>();
    documents.map(|document| document.ok().map(node)).collect()
}

fn node(value: Value) -> Node {
    let content = match value {
        Value::Null => Content::Null,
        Value::Bool(value) => Content::Bool(value),
        Value::Number(number) => Content::Number(number),
        Value::String(text) => Content::Text(text),
        Value::Array(items) => Content::List(items.into_iter().map(node).collect()),
        Value::Object(fields) => Content::Map(fields.into_iter().map(entry).collect()),
    };
    Node {
        at: Position::default(),
        content,
        weight: 0,
    }
}

fn entry((key, value): (String, Value)) -> Entry {
    Entry {
        key,
        key_at: Position::default(),
        value: node(value),
    }
}
