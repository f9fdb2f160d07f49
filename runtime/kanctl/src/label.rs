//! Keys and values of labels and annotations, as Kubernetes takes them.

use std::collections::BTreeMap;

use kanister_flags::Csv;
use serde_json::{Map, Value};

use crate::error::Error;

/// Letters, digits and, between them, `-`, `_` and `.`; at most 63.
fn is_name(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && edge(text.chars().next())
        && edge(text.chars().next_back())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// A DNS name: lower case letters, digits, `-` and `.`; at most 253.
fn is_dns_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let edge =
            |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        edge(part.chars().next())
            && edge(part.chars().next_back())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

/// `name` or `domain/name`.
fn is_qualified(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name(key),
        Some((domain, name)) => is_dns_name(domain) && is_name(name),
    }
}

const KEY: &str =
    "must be a name of letters, digits, '-', '_' and '.', optionally behind a domain and '/'";
const VALUE: &str =
    "must be empty or hold letters, digits and between them '-', '_' and '.', at most 63";

fn check_key(what: &str, key: &str) -> Result<(), String> {
    match is_qualified(key) {
        true => Ok(()),
        false => Err(format!("{what} key '{key}' failed validation: it {KEY}")),
    }
}

fn check_value(what: &str, value: &str) -> Result<(), String> {
    match value.is_empty() || is_name(value) {
        true => Ok(()),
        false => Err(format!(
            "{what} value '{value}' failed validation: it {VALUE}"
        )),
    }
}

/// Checks the labels and annotations of pods among a phase's arguments. What holds a template is
/// known when it is rendered, and values that are no texts become such ones then.
///
/// # Errors
/// What Kubernetes would refuse.
pub(crate) fn check_arguments(arguments: &Map<String, Value>) -> Result<(), String> {
    let of = |name: &str| match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(Value::String(text)) if is_template(text) => Ok(None),
        Some(_) => Err(format!(
            "{name} are not in correct format. Expected format is a map of texts."
        )),
    };
    for (key, value) in of("podLabels")?.into_iter().flatten() {
        if !is_template(key) {
            check_key("label", key)?;
        }
        if let Some(text) = value.as_str().filter(|text| !is_template(text)) {
            check_value("label", text)?;
        }
    }
    for (key, _) in of("podAnnotations")?.into_iter().flatten() {
        if !is_template(key) {
            check_key("annotation", key)?;
        }
    }
    Ok(())
}

fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// The text of `--labels`: `k=v,k2=v2`, blanks around them do not count.
///
/// # Errors
/// An entry of another form.
pub(crate) fn labels(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut labels = BTreeMap::new();
    if text.trim().is_empty() {
        return Ok(labels);
    }
    for entry in text.split(',') {
        let (key, value) = entry.split_once('=').ok_or_else(|| {
            Error::Argument(format!(
                "invalid --labels value {entry:?}: make sure it has the form key=value,key=value"
            ))
        })?;
        let (key, value) = (key.trim(), value.trim());
        if !is_qualified(key) || !(value.is_empty() || is_name(value)) {
            return Err(Error::Argument(format!(
                "invalid --labels value {:?}: the key {KEY}; the value {VALUE}",
                entry.trim()
            )));
        }
        labels.insert(key.to_owned(), value.to_owned());
    }
    Ok(labels)
}

/// Maps of `--podlabels` and `--podannotations`. A text with one `=` is one pair, whatever else it
/// holds; others are lists.
fn pairs(flag: &str, texts: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let mut map = BTreeMap::new();
    for text in texts.iter().filter(|t| !t.is_empty()) {
        let invalid = |why: &str| {
            Error::Argument(format!(
                "invalid argument {text:?} for \"--{flag}\" flag: {why}"
            ))
        };
        let entries = match text.matches('=').count() {
            1 => vec![text.clone()],
            _ => text.parse::<Csv>().map_err(|e| invalid(&e))?.0,
        };
        for entry in entries {
            let (key, value) = entry
                .split_once('=')
                .ok_or_else(|| invalid(&format!("{entry} must be formatted as key=value")))?;
            map.insert(key.to_owned(), value.to_owned());
        }
    }
    Ok(map)
}

/// The labels of pods.
///
/// # Errors
/// What Kubernetes would refuse.
pub(crate) fn pod_labels(texts: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let map = pairs("podlabels", texts)?;
    for (key, value) in &map {
        check_key("label", key).map_err(Error::Argument)?;
        check_value("label", value).map_err(Error::Argument)?;
    }
    Ok(map)
}

/// The annotations of pods.
///
/// # Errors
/// What Kubernetes would refuse.
pub(crate) fn pod_annotations(texts: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let map = pairs("podannotations", texts)?;
    map.keys()
        .try_for_each(|key| check_key("annotation", key))
        .map_err(Error::Argument)?;
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::{check_arguments, labels, pod_annotations, pod_labels};
    use serde_json::json;

    #[test]
    fn label_lists() {
        let map = labels(" a = b , c=d ").unwrap();
        assert_eq!(
            map.into_iter().map(|(k, v)| k + &v).collect::<Vec<_>>(),
            ["ab", "cd"]
        );
        assert!(labels("").unwrap().is_empty());
        assert_eq!(labels("a=").unwrap().get("a").unwrap(), "");
        for bad in ["a=b,", ",a=b", "a", "a,=b", "a=b=c"] {
            assert!(labels(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn maps_of_pods() {
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(
            pod_annotations(&one("a=x,y")).unwrap().get("a").unwrap(),
            "x,y"
        );
        assert_eq!(pod_annotations(&one("\"b=1,2\",c=3")).unwrap().len(), 2);
        assert!(pod_annotations(&one("a=x,y,c=d")).is_err());
        assert!(pod_annotations(&one("a/b/c=d")).is_err());
        assert!(pod_labels(&one("a=b/c")).is_err());
        assert!(pod_labels(&one("example.com/a=b")).is_ok());
        assert!(pod_labels(&one("abc")).is_err());
    }

    #[test]
    fn arguments_of_phases() {
        let check = |arguments: serde_json::Value| check_arguments(arguments.as_object().unwrap());
        for good in [
            json!({}),
            json!({"podLabels": {"a": "b", "n": 5}, "podAnnotations": {"a.b/c": "any thing"}}),
            json!({"podLabels": {"a": "{{ .Options.x }}", "{{ .k }}": "b"}}),
            json!({"podLabels": "{{ .Options.labels }}", "podAnnotations": null}),
        ] {
            assert_eq!(check(good), Ok(()));
        }
        for bad in [
            json!({"podLabels": {"a": "b c"}}),
            json!({"podLabels": {"a/b/c": "d"}}),
            json!({"podLabels": ["a"]}),
            json!({"podAnnotations": {"-a": "b"}}),
            json!({"podAnnotations": "a=b"}),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
