//! Strategic merge patch, as the API conventions describe it: maps are merged, lists are merged by
//! the key that the type names, and directives (`$patch`, `$retainKeys`, `$setElementOrder/FIELD`,
//! `$deleteFromPrimitiveList/FIELD`) say what cannot be said otherwise.

use serde_json::{Map, Value};

use super::lists::reorder;
use crate::object::map_mut;
use crate::schema::{ANY, Node, Shape};
use crate::status::Status;

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Merges `patch` into `target`.
pub(super) fn merge(
    target: &mut Value,
    patch: &Map<String, Value>,
    node: &Node,
) -> Result<(), Status> {
    match patch
        .get(DIRECTIVE)
        .map(|word| word.as_str().unwrap_or_default())
    {
        None | Some("merge") => {}
        Some("replace") => {
            *target = Value::Object(without_directives(patch));
            return Ok(());
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        Some(other) => {
            return Err(Status::bad_request(format!(
                "unknown $patch directive {other:?}"
            )));
        }
    }
    let map = map_mut(target);
    if let Some(kept) = patch.get(RETAIN).and_then(Value::as_array) {
        map.retain(|name, _| kept.iter().any(|kept| kept == name));
    }
    for (name, change) in patch {
        if let Some(field) = name.strip_prefix(DELETE)
            && let Some(Value::Array(list)) = map.get_mut(field)
        {
            list.retain(|item| !change.as_array().is_some_and(|gone| gone.contains(item)));
        }
    }
    for (name, change) in patch.iter().filter(|(name, _)| !name.starts_with('$')) {
        let field = node.field(name).unwrap_or(&ANY);
        match change {
            Value::Null => {
                map.shift_remove(name);
            }
            Value::Object(change) => {
                let target = map.entry(name.clone()).or_insert(Value::Null);
                let removed = change.get(DIRECTIVE).is_some_and(|word| word == "delete");
                merge(target, change, field)?;
                if removed {
                    map.shift_remove(name);
                }
            }
            Value::Array(change) if field.patch.merge => {
                let old = match map.get_mut(name).map(Value::take) {
                    Some(Value::Array(old)) => old,
                    _ => Vec::new(),
                };
                map.insert(name.clone(), Value::Array(merge_list(old, change, field)?));
            }
            other => {
                map.insert(name.clone(), other.clone());
            }
        }
    }
    for (name, order) in patch {
        let Some(field) = name.strip_prefix(ORDER) else {
            continue;
        };
        let key = node.field(field).and_then(|node| node.patch.key.clone());
        if let (Some(Value::Array(list)), Some(order)) = (map.get_mut(field), order.as_array()) {
            let of = |item: &Value| match &key {
                Some(key) => item.get(key).cloned(),
                None => Some(item.clone()),
            };
            let order: Vec<Value> = order.iter().filter_map(of).collect();
            *list = reorder(std::mem::take(list), &order, of);
        }
    }
    Ok(())
}

fn merge_list(mut old: Vec<Value>, change: &[Value], field: &Node) -> Result<Vec<Value>, Status> {
    let Some(key) = &field.patch.key else {
        for item in change {
            if !old.contains(item) {
                old.push(item.clone());
            }
        }
        return Ok(old);
    };
    let directive = |item: &Value| {
        item.get(DIRECTIVE)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if change.iter().any(|item| directive(item) == "replace") {
        return Ok(change
            .iter()
            .filter(|item| directive(item) != "replace")
            .cloned()
            .collect());
    }
    let item_node = match &field.shape {
        Shape::List { item, .. } => item,
        _ => &ANY,
    };
    for item in change {
        let Value::Object(body) = item else {
            return Err(Status::bad_request(
                "an element of a list that is merged by key must be a map",
            ));
        };
        let Some(wanted) = body.get(key) else {
            return Err(Status::bad_request(format!(
                "map: {item} does not contain declared merge key: {key}"
            )));
        };
        let place = old.iter().position(|other| other.get(key) == Some(wanted));
        match (directive(item).as_str(), place) {
            ("delete", Some(_)) => old.retain(|other| other.get(key) != Some(wanted)),
            ("delete", None) => {}
            (_, Some(place)) => {
                // With $retainKeys of the field's strategy, the patch names what stays.
                if let Some(target) = old.get_mut(place) {
                    merge(target, body, item_node)?;
                }
            }
            (_, None) => {
                let mut fresh = Value::Object(Map::new());
                merge(&mut fresh, body, item_node)?;
                old.push(fresh);
            }
        }
    }
    Ok(old)
}

fn without_directives(patch: &Map<String, Value>) -> Map<String, Value> {
    patch
        .iter()
        .filter(|(name, _)| !name.starts_with('$'))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::builtin;

    fn patched(mut pod: Value, patch: &Value) -> Value {
        merge(
            &mut pod,
            patch.as_object().unwrap(),
            builtin("v1/Pod").unwrap(),
        )
        .unwrap();
        pod
    }

    #[test]
    fn containers_are_merged_by_name_and_arguments_replaced() {
        let pod = json!({"spec": {"containers": [
            {"name": "a", "image": "x", "args": ["1", "2"]}, {"name": "b", "image": "y"}]}});
        let patch = json!({"spec": {"containers": [{"name": "a", "args": ["3"]}, {"name": "c", "image": "z"}]}});
        assert_eq!(
            patched(pod, &patch),
            json!({"spec": {"containers": [{"name": "a", "image": "x", "args": ["3"]},
                {"name": "b", "image": "y"}, {"name": "c", "image": "z"}]}})
        );
    }

    #[test]
    fn directives_delete_replace_and_order() {
        let pod = json!({"metadata": {"finalizers": ["x/1", "x/2"]},
            "spec": {"volumes": [{"name": "v", "emptyDir": {}}], "nodeSelector": {"a": "b"},
            "containers": [{"name": "a"}, {"name": "b"}]}});
        let patch = json!({
            "metadata": {"$deleteFromPrimitiveList/finalizers": ["x/1"]},
            "spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
                "nodeSelector": {"$patch": "replace", "c": "d"},
                "volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}}]}});
        assert_eq!(
            patched(pod, &patch),
            json!({"metadata": {"finalizers": ["x/2"]},
                "spec": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}], "nodeSelector": {"c": "d"},
                "containers": [{"name": "b"}, {"name": "a"}]}})
        );
    }

    #[test]
    fn an_element_is_deleted_by_its_key() {
        let pod = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}});
        let patch = json!({"spec": {"containers": [{"name": "a", "$patch": "delete"}]}});
        assert_eq!(
            patched(pod, &patch),
            json!({"spec": {"containers": [{"name": "b"}]}})
        );
    }
}
