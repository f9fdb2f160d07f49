//! The table of the built-in types.
//!
//! `data/builtin.json` was derived from the OpenAPI document of Kubernetes 1.34. A type is written
//! as a letter (`s` text, `y` bytes, `t` time, `q` quantity, `i` integer, `n` number, `b` boolean,
//! `x` integer or text, `*` anything), as `@NAME`, or as a map with `m` (map of), `l` (list of, with
//! `k` keys or `set`; `p` and `s` are patch key and strategy), `a` (atomic) or `w` (with strategy). `n` has the numbers of fields in protobuf.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::{Fields, ListKind, Node, Number, Patch, Shape};

static TABLE: &str = include_str!("../../data/builtin.json");

/// The type of a built-in kind, by `VERSION/KIND` or `GROUP/VERSION/KIND`.
pub(crate) fn builtin(kind: &str) -> Option<&'static Node> {
    static TYPES: OnceLock<HashMap<String, Node>> = OnceLock::new();
    TYPES.get_or_init(load).get(kind)
}

fn load() -> HashMap<String, Node> {
    // The table is part of the program, and a test reads it.
    let table: Value = serde_json::from_str(TABLE).unwrap_or_default();
    let mut loader = Loader {
        table: &table,
        done: HashMap::new(),
    };
    let kinds = table.get("kinds").and_then(Value::as_object);
    kinds
        .into_iter()
        .flatten()
        .filter_map(|(kind, name)| Some((kind.clone(), loader.named(name.as_str()?))))
        .collect()
}

struct Loader<'a> {
    table: &'a Value,
    done: HashMap<String, Node>,
}

impl Loader<'_> {
    fn named(&mut self, name: &str) -> Node {
        if let Some(node) = self.done.get(name) {
            return node.clone();
        }
        let body = self.table.get("types").and_then(|types| types.get(name));
        let known = body
            .and_then(|body| body.get("f"))
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(field, body)| (field.clone(), self.node(body)))
            .collect();
        let fields = Fields {
            known,
            required: texts(body.and_then(|body| body.get("r"))),
            atomic: body.is_some_and(|body| body.get("a").is_some()),
            open: false,
            embedded: false,
            numbers: numbers(body.and_then(|body| body.get("n"))),
        };
        let node = Node::of(Shape::Struct(Arc::new(fields)));
        self.done.insert(name.to_owned(), node.clone());
        node
    }

    fn node(&mut self, body: &Value) -> Node {
        match body {
            Value::String(word) => match word.strip_prefix('@') {
                Some(name) => self.named(name),
                None => Node::of(simple(word)),
            },
            Value::Object(map) => {
                let patch = patch(map);
                if let Some(item) = map.get("l") {
                    let kind = match map.get("k") {
                        Some(keys) => ListKind::Map(texts(Some(keys))),
                        None if map.contains_key("set") => ListKind::Set,
                        None => ListKind::Atomic,
                    };
                    let item = Arc::new(self.node(item));
                    Node {
                        patch,
                        ..Node::of(Shape::List { item, kind })
                    }
                } else if let Some(value) = map.get("m") {
                    let atomic = map.contains_key("atomic");
                    let value = Arc::new(self.node(value));
                    Node {
                        patch,
                        ..Node::of(Shape::Map { value, atomic })
                    }
                } else if let Some(inner) = map.get("w") {
                    Node {
                        patch,
                        ..self.node(inner)
                    }
                } else {
                    self.atomic(map.get("a"))
                }
            }
            _ => Node::default(),
        }
    }

    fn atomic(&mut self, inner: Option<&Value>) -> Node {
        let mut node = inner.map_or_else(Node::default, |inner| self.node(inner));
        if let Shape::Struct(fields) = &node.shape {
            let mut fields = Fields::clone(fields);
            fields.atomic = true;
            node.shape = Shape::Struct(Arc::new(fields));
        }
        node
    }
}

fn patch(map: &serde_json::Map<String, Value>) -> Patch {
    let strategy = map.get("s").and_then(Value::as_str).unwrap_or_default();
    Patch {
        merge: strategy.contains("merge"),
        key: map.get("p").and_then(Value::as_str).map(str::to_owned),
        retain_keys: strategy.contains("retainKeys"),
    }
}

fn simple(word: &str) -> Shape {
    match word {
        "s" => Shape::Text,
        "y" => Shape::Bytes,
        "t" => Shape::Time,
        "q" => Shape::Quantity,
        "i" => Shape::Integer,
        "n" => Shape::Number,
        "b" => Shape::Boolean,
        "x" => Shape::IntOrText,
        _ => Shape::Any,
    }
}

/// The numbers of a message: `"1": "metadata"`, or a map of numbers for fields that are inline.
fn numbers(body: Option<&Value>) -> Vec<(u32, Number)> {
    let number = |(number, body): (&String, &Value)| {
        let what = match body {
            Value::String(name) => Number::Field(name.clone()),
            body => Number::Inline(numbers(Some(body))),
        };
        Some((number.parse().ok()?, what))
    };
    let map = body.and_then(Value::as_object);
    map.into_iter().flatten().filter_map(number).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_known_by_name() {
        let spec = builtin("v1/Pod").and_then(|pod| pod.field("spec")).unwrap();
        let containers = spec.field("containers").unwrap();
        assert!(matches!(&containers.shape,
            Shape::List { kind: ListKind::Map(keys), .. } if keys == &["name"]));
        assert_eq!(containers.patch.key.as_deref(), Some("name"));
        assert!(spec.field("volumes").unwrap().patch.retain_keys);
        let selector = builtin("apps/v1/Deployment")
            .and_then(|kind| kind.field("spec"))
            .and_then(|spec| spec.field("selector"))
            .unwrap();
        assert!(matches!(&selector.shape, Shape::Struct(fields) if fields.atomic));
    }
}
