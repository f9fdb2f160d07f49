//! Reading protobuf bodies, which `kubectl create` sends for built-in kinds.
//!
//! The encoding is that of Kubernetes: the bytes `k8s\0`, then a message with kind and version (1)
//! and the object (2). The numbers of fields are in the table of types. Fields that are not pointers
//! in Kubernetes are sent even when they are not set; their zero values are left out here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::{Node, Number, Shape, builtin};

const MAGIC: &[u8] = b"k8s\0";
/// How deep messages may be nested.
const DEPTH: usize = 64;
/// Fields whose zero or false means something other than their absence.
const POINTERS: [&str; 26] = [
    "replicas",
    "terminationGracePeriodSeconds",
    "backoffLimit",
    "completions",
    "parallelism",
    "revisionHistoryLimit",
    "progressDeadlineSeconds",
    "partition",
    "defaultMode",
    "mode",
    "runAsUser",
    "runAsGroup",
    "fsGroup",
    "ttlSecondsAfterFinished",
    "activeDeadlineSeconds",
    "tolerationSeconds",
    "priority",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "optional",
    "immutable",
    "suspend",
    "controller",
    "blockOwnerDeletion",
    "allowPrivilegeEscalation",
    "readOnlyRootFilesystem",
];

/// One field of a message.
enum Wire<'a> {
    Varint(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

fn malformed() -> String {
    "the protobuf message is malformed".to_owned()
}

fn varint(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or_else(malformed)?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(malformed())
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (head, rest) = bytes.split_at_checked(count).ok_or_else(malformed)?;
    *bytes = rest;
    Ok(head)
}

/// The next field: its number and content.
fn field<'a>(bytes: &mut &'a [u8]) -> Result<(u32, Wire<'a>), String> {
    let tag = varint(bytes)?;
    let number = u32::try_from(tag >> 3).map_err(|_| malformed())?;
    let little = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let wire = match tag & 7 {
        0 => Wire::Varint(varint(bytes)?),
        1 => Wire::Fixed(little(take(bytes, 8)?)),
        2 => {
            let length = usize::try_from(varint(bytes)?).map_err(|_| malformed())?;
            Wire::Bytes(take(bytes, length)?)
        }
        5 => Wire::Fixed(little(take(bytes, 4)?)),
        _ => return Err(malformed()),
    };
    Ok((number, wire))
}

fn text(wire: &Wire<'_>) -> Result<String, String> {
    match wire {
        Wire::Bytes(bytes) => String::from_utf8(bytes.to_vec()).map_err(|_| malformed()),
        _ => Err(malformed()),
    }
}

/// Reads a body.
///
/// # Errors
/// What cannot be read.
pub(crate) fn from_protobuf(body: &[u8]) -> Result<Value, String> {
    let mut rest = body.strip_prefix(MAGIC).ok_or_else(malformed)?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    while !rest.is_empty() {
        match field(&mut rest)? {
            (1, Wire::Bytes(mut header)) => {
                while !header.is_empty() {
                    match field(&mut header)? {
                        (1, wire) => api_version = text(&wire)?,
                        (2, wire) => kind = text(&wire)?,
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    if kind == "DeleteOptions" {
        return Err("DeleteOptions are read as JSON only".to_owned());
    }
    let node = builtin(&format!("{api_version}/{kind}"))
        .ok_or_else(|| format!("{kind} in {api_version} is read as JSON only"))?;
    let mut object = message(raw, node, DEPTH)?;
    if let Value::Object(map) = &mut object {
        map.insert("apiVersion".into(), api_version.into());
        map.insert("kind".into(), kind.into());
    }
    Ok(object)
}

fn message(bytes: &[u8], node: &Node, depth: usize) -> Result<Value, String> {
    let Shape::Struct(fields) = &node.shape else {
        return Err(malformed());
    };
    let mut map = Map::new();
    fill(&mut map, bytes, node, &fields.numbers, depth)?;
    Ok(Value::Object(map))
}

fn fill(
    map: &mut Map<String, Value>,
    mut bytes: &[u8],
    node: &Node,
    numbers: &[(u32, Number)],
    depth: usize,
) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or_else(malformed)?;
    while !bytes.is_empty() {
        let (number, wire) = field(&mut bytes)?;
        let name = match numbers.iter().find(|(own, _)| *own == number) {
            Some((_, Number::Field(name))) => name,
            // Fields that JSON has in the object itself are a message of their own here.
            Some((_, Number::Inline(inner))) => {
                if let Wire::Bytes(bytes) = wire {
                    fill(map, bytes, node, inner, depth)?;
                }
                continue;
            }
            None => continue,
        };
        let Some(own) = node.field(name) else {
            continue;
        };
        match &own.shape {
            Shape::List { item, .. } => {
                let value = value(&wire, item, depth)?;
                let list = map
                    .entry(name.clone())
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(value);
                }
            }
            Shape::Map { value: inner, .. } => {
                let (key, value) = pair(&wire, inner, depth)?;
                let entries = map
                    .entry(name.clone())
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(entries) = entries {
                    entries.insert(key, value);
                }
            }
            _ => {
                let value = value(&wire, own, depth)?;
                let unset = value.is_null()
                    || value == ""
                    || ((value == 0 || value == false) && !POINTERS.contains(&name.as_str()));
                if !unset {
                    map.insert(name.clone(), value);
                }
            }
        }
    }
    Ok(())
}

fn pair(wire: &Wire<'_>, inner: &Node, depth: usize) -> Result<(String, Value), String> {
    let Wire::Bytes(mut bytes) = *wire else {
        return Err(malformed());
    };
    let (mut key, mut found) = (String::new(), Value::from(""));
    while !bytes.is_empty() {
        match field(&mut bytes)? {
            (1, wire) => key = text(&wire)?,
            (2, wire) => found = value(&wire, inner, depth)?,
            _ => {}
        }
    }
    Ok((key, found))
}

fn value(wire: &Wire<'_>, node: &Node, depth: usize) -> Result<Value, String> {
    Ok(match (&node.shape, wire) {
        (Shape::Text, wire) => text(wire)?.into(),
        (Shape::Bytes, Wire::Bytes(bytes)) => STANDARD.encode(bytes).into(),
        (Shape::Integer, Wire::Varint(number)) => number.cast_signed().into(),
        (Shape::Boolean, Wire::Varint(number)) => (*number != 0).into(),
        (Shape::Number, Wire::Fixed(bits)) => f64::from_bits(*bits).into(),
        (Shape::Struct(_), Wire::Bytes(bytes)) => message(bytes, node, depth)?,
        (Shape::Quantity | Shape::Time | Shape::IntOrText | Shape::Any, Wire::Bytes(bytes)) => {
            special(bytes, &node.shape)?
        }
        _ => return Err(malformed()),
    })
}

/// Values that are text or numbers in JSON and messages here.
fn special(mut bytes: &[u8], shape: &Shape) -> Result<Value, String> {
    let (mut numbers, mut words) = ([0_i64; 4], [const { Vec::new() }; 4]);
    while !bytes.is_empty() {
        let (number, wire) = field(&mut bytes)?;
        let place = usize::try_from(number).unwrap_or_default();
        match wire {
            Wire::Varint(value) => {
                if let Some(slot) = numbers.get_mut(place) {
                    *slot = value.cast_signed();
                }
            }
            Wire::Bytes(bytes) => {
                if let Some(slot) = words.get_mut(place) {
                    *slot = bytes.to_vec();
                }
            }
            Wire::Fixed(_) => {}
        }
    }
    let [_, first, second, _] = numbers;
    let [_, word, _, third] = words;
    let string = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| malformed());
    Ok(match shape {
        Shape::Quantity => string(word)?.into(),
        Shape::IntOrText if first == 0 => second.into(),
        Shape::IntOrText => string(third)?.into(),
        Shape::Time if first == 0 && second == 0 => Value::Null,
        Shape::Time => {
            let nanoseconds = i32::try_from(second).map_err(|_| malformed())?;
            let time = jiff::Timestamp::new(first, nanoseconds).map_err(|_| malformed())?;
            time.to_string().into()
        }
        // JSON inside of the message.
        _ => serde_json::from_slice(&word).unwrap_or(Value::Null),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn part(number: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2, u8::try_from(content.len()).unwrap()];
        bytes.extend_from_slice(content);
        bytes
    }

    fn envelope(kind: &str, raw: &[u8]) -> Vec<u8> {
        let header = [part(1, b"v1"), part(2, kind.as_bytes())].concat();
        [MAGIC.to_vec(), part(1, &header), part(2, raw)].concat()
    }

    #[test]
    fn a_config_map_is_read() {
        let metadata = [part(1, b"name"), part(2, b""), part(8, b"")].concat();
        let data = [part(1, b"k"), part(2, b"v")].concat();
        let body = envelope("ConfigMap", &[part(1, &metadata), part(2, &data)].concat());
        let wanted = json!({"metadata": {"name": "name"}, "data": {"k": "v"}, "apiVersion": "v1", "kind": "ConfigMap"});
        assert_eq!(from_protobuf(&body), Ok(wanted));
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_a_panic() {
        let metadata = [part(1, b"name")].concat();
        let body = envelope(
            "Secret",
            &[
                part(1, &metadata),
                part(2, &[part(1, b"k"), part(2, b"\xff")].concat()),
            ]
            .concat(),
        );
        assert_eq!(from_protobuf(&body).unwrap()["data"]["k"], "/w==");
        for cut in 0..body.len() {
            drop(from_protobuf(&body[..cut]));
            let mut bad = body.clone();
            bad[cut] ^= 0x55;
            drop(from_protobuf(&bad));
        }
    }
}
