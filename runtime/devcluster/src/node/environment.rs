//! The environment of a container.

use serde_json::Value;

use super::Node;
use super::downward::field;
use super::expand::expand;
use super::volumes::keyed;
use crate::object::{at, hostname, items, text};
use crate::registry::Known;
use crate::store::Entry;

/// The variables of a container, in order.
pub(super) fn environment(
    node: &Node,
    pod: &Entry,
    container: &Value,
    path: &str,
) -> Result<Vec<(String, String)>, String> {
    let mut list: Vec<(String, String)> = vec![
        ("PATH".into(), path.into()),
        ("HOSTNAME".into(), hostname(&pod.object).into()),
        ("HOME".into(), "/".into()),
    ];
    let mut put = |name: &str, value: String| {
        list.retain(|(known, _)| known != name);
        list.push((name.to_owned(), value));
    };
    for source in items(container, &["envFrom"]) {
        let prefix = text(source, &["prefix"]);
        for (field, known) in [
            ("configMapRef", Known::ConfigMap),
            ("secretRef", Known::Secret),
        ] {
            let body = at(source, &[field]);
            if !body.is_object() {
                continue;
            }
            let wanted = text(body, &["name"]);
            match keyed(node, known, &pod.key.namespace, wanted) {
                Some(data) => data.into_iter().for_each(|(key, value)| {
                    put(
                        &format!("{prefix}{key}"),
                        String::from_utf8_lossy(&value).into_owned(),
                    )
                }),
                None if at(body, &["optional"]) == true => {}
                None => return Err(missing(known, wanted)),
            }
        }
    }
    let mut declared: Vec<(String, String)> = Vec::new();
    for variable in items(container, &["env"]) {
        let value = match value_from(node, pod, variable)? {
            Some(value) => value,
            None => continue,
        };
        let value = expand(&value, &declared);
        declared.retain(|(known, _)| known != text(variable, &["name"]));
        declared.push((text(variable, &["name"]).to_owned(), value));
    }
    for (name, value) in declared {
        put(&name, value);
    }
    Ok(list)
}

fn missing(known: Known, name: &str) -> String {
    let kind = if known == Known::Secret {
        "secret"
    } else {
        "configmap"
    };
    format!("{kind} {name:?} not found")
}

fn value_from(node: &Node, pod: &Entry, variable: &Value) -> Result<Option<String>, String> {
    let from = at(variable, &["valueFrom"]);
    if from.is_null() {
        return Ok(Some(text(variable, &["value"]).to_owned()));
    }
    for (field, known) in [
        ("configMapKeyRef", Known::ConfigMap),
        ("secretKeyRef", Known::Secret),
    ] {
        let body = at(from, &[field]);
        if !body.is_object() {
            continue;
        }
        let (wanted, key) = (text(body, &["name"]), text(body, &["key"]));
        let optional = at(body, &["optional"]) == true;
        let Some(data) = keyed(node, known, &pod.key.namespace, wanted) else {
            return if optional {
                Ok(None)
            } else {
                Err(missing(known, wanted))
            };
        };
        return match data.into_iter().find(|(name, _)| name == key) {
            Some((_, bytes)) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            None if optional => Ok(None),
            None => Err(format!(
                "couldn't find key {key} in {} {}/{wanted}",
                if known == Known::Secret {
                    "Secret"
                } else {
                    "ConfigMap"
                },
                pod.key.namespace
            )),
        };
    }
    if at(from, &["fieldRef"]).is_object() {
        return Ok(Some(field(pod, text(from, &["fieldRef", "fieldPath"]))));
    }
    // Resources are not limited here, so a limit is what the pod says, or nothing.
    Ok(Some("0".to_owned()))
}
