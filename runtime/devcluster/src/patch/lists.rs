//! Lists whose elements are known by some of their fields.

use serde_json::{Map, Value};

/// The fields that tell elements apart, with their values; nothing if one is missing.
///
/// `protocol` of ports is the one key that the API lets callers leave out; its default is TCP.
pub(super) fn key_of(item: &Value, keys: &[String]) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    let mut sorted: Vec<&String> = keys.iter().collect();
    sorted.sort();
    for key in sorted {
        let value = match item.get(key) {
            Some(value) if !value.is_null() => value.clone(),
            _ if key == "protocol" => Value::from("TCP"),
            _ => return None,
        };
        found.insert(key.clone(), value);
    }
    Some(found)
}

/// The element with these key fields.
pub(super) fn find<'a>(
    list: &'a [Value],
    keys: &[String],
    wanted: &Map<String, Value>,
) -> Option<&'a Value> {
    list.iter()
        .find(|item| key_of(item, keys).as_ref() == Some(wanted))
}

/// Brings `list` into the order of `order`; elements that `order` does not have stay behind the
/// element that they followed before.
pub(super) fn reorder<K: PartialEq>(
    list: Vec<Value>,
    order: &[K],
    key: impl Fn(&Value) -> Option<K>,
) -> Vec<Value> {
    let rank =
        |item: &Value| key(item).and_then(|key| order.iter().position(|other| *other == key));
    let mut known: Vec<(usize, Vec<Value>)> = Vec::new();
    let mut ahead = Vec::new();
    for item in list {
        match (rank(&item), known.last_mut()) {
            (Some(rank), _) => known.push((rank, vec![item])),
            (None, Some((_, tail))) => tail.push(item),
            (None, None) => ahead.push(item),
        }
    }
    known.sort_by_key(|(rank, _)| *rank);
    ahead.extend(known.into_iter().flat_map(|(_, items)| items));
    ahead
}
