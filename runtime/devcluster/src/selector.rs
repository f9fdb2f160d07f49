//! Label and field selectors.

use serde_json::Value;

use crate::object::{at, items, pairs, text};
use crate::registry::{Known, Resource};
use crate::status::Status;

#[derive(Clone, Debug, PartialEq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    Above(i64),
    Below(i64),
}

/// A label selector; the empty one selects everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Labels(Vec<(String, Test)>);

impl Labels {
    /// Reads the text form, such as `app=web,tier in (a,b),!old`.
    pub(crate) fn parse(source: &str) -> Result<Self, Status> {
        let mut tests = Vec::new();
        for part in split(source) {
            tests.push(requirement(part.trim()).ok_or_else(|| {
                Status::bad_request(format!(
                    "unable to parse requirement: {part:?} in label selector {source:?}"
                ))
            })?);
        }
        Ok(Self(tests))
    }

    /// Reads the structured form (`matchLabels` and `matchExpressions`).
    pub(crate) fn from_object(selector: &Value) -> Self {
        let mut tests: Vec<(String, Test)> = pairs(selector, &["matchLabels"])
            .map(|(key, value)| (key.to_owned(), Test::In(vec![value.to_owned()])))
            .collect();
        for expression in items(selector, &["matchExpressions"]) {
            let values = || {
                items(expression, &["values"])
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            };
            let test = match text(expression, &["operator"]) {
                "In" => Test::In(values()),
                "NotIn" => Test::NotIn(values()),
                "Exists" => Test::Exists,
                "DoesNotExist" => Test::Absent,
                // Nothing matches an operator that does not exist.
                _ => Test::In(Vec::new()),
            };
            tests.push((text(expression, &["key"]).to_owned(), test));
        }
        Self(tests)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the labels in the metadata of `object` match.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.matches_labels(at(object, &["metadata", "labels"]))
    }

    pub(crate) fn matches_labels(&self, labels: &Value) -> bool {
        self.0.iter().all(|(key, test)| {
            let found = labels.get(key).and_then(Value::as_str);
            let number = || found.and_then(|value| value.parse::<i64>().ok());
            match test {
                Test::In(values) => {
                    found.is_some_and(|found| values.iter().any(|value| value == found))
                }
                Test::NotIn(values) => {
                    found.is_none_or(|found| values.iter().all(|value| value != found))
                }
                Test::Exists => found.is_some(),
                Test::Absent => found.is_none(),
                Test::Above(limit) => number().is_some_and(|number| number > *limit),
                Test::Below(limit) => number().is_some_and(|number| number < *limit),
            }
        })
    }

    /// The text form of a selector made of equalities, as the scale subresource shows it.
    pub(crate) fn to_text(&self) -> String {
        let mut parts: Vec<String> = self
            .0
            .iter()
            .map(|(key, test)| match test {
                Test::In(values) if values.len() == 1 => format!("{key}={}", values.concat()),
                Test::In(values) => format!("{key} in ({})", values.join(",")),
                Test::NotIn(values) => format!("{key} notin ({})", values.join(",")),
                Test::Exists => key.clone(),
                Test::Absent => format!("!{key}"),
                Test::Above(limit) => format!("{key}>{limit}"),
                Test::Below(limit) => format!("{key}<{limit}"),
            })
            .collect();
        parts.sort();
        parts.join(",")
    }
}

/// Splits at commas outside parentheses.
fn split(source: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    source
        .split(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            letter == ',' && depth == 0
        })
        .filter(|part| !part.trim().is_empty())
        .collect()
}

fn requirement(part: &str) -> Option<(String, Test)> {
    let key = |key: &str| {
        let key = key.trim();
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        (!key.is_empty() && key.chars().all(fits)).then(|| key.to_owned())
    };
    let value = |value: &str| {
        let value = value.trim();
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        value.chars().all(fits).then(|| value.to_owned())
    };
    if let Some(name) = part.strip_prefix('!') {
        return Some((key(name)?, Test::Absent));
    }
    if let Some((name, list)) = part.split_once('(') {
        let values = list
            .strip_suffix(')')?
            .split(',')
            .map(value)
            .collect::<Option<Vec<_>>>()?;
        let (name, word) = name.trim().rsplit_once(char::is_whitespace)?;
        return match word {
            "in" => Some((key(name)?, Test::In(values))),
            "notin" => Some((key(name)?, Test::NotIn(values))),
            _ => None,
        };
    }
    if let Some((name, wanted)) = part.split_once("!=") {
        return Some((key(name)?, Test::NotIn(vec![value(wanted)?])));
    }
    if let Some((name, wanted)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Some((key(name)?, Test::In(vec![value(wanted)?])));
    }
    if let Some((name, limit)) = part.split_once('>') {
        return Some((key(name)?, Test::Above(limit.trim().parse().ok()?)));
    }
    if let Some((name, limit)) = part.split_once('<') {
        return Some((key(name)?, Test::Below(limit.trim().parse().ok()?)));
    }
    Some((key(part)?, Test::Exists))
}

/// A field selector.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(Vec<String>, bool, String)>);

impl Fields {
    /// Reads `field=value,other!=value`; each resource allows its own fields.
    pub(crate) fn parse(source: &str, resource: &Resource) -> Result<Self, Status> {
        let mut tests = Vec::new();
        for part in source.split(',').filter(|part| !part.is_empty()) {
            let (field, equal, value) = if let Some((field, value)) = part.split_once("!=") {
                (field, false, value)
            } else if let Some((field, value)) =
                part.split_once("==").or_else(|| part.split_once('='))
            {
                (field, true, value)
            } else {
                return Err(Status::bad_request(format!(
                    "invalid selector: {source:?}; can't understand {part:?}"
                )));
            };
            let selectable = selectable(resource.known).contains(&field)
                || resource.selectable.iter().any(|own| own == field)
                || matches!(field, "metadata.name" | "metadata.namespace");
            if !selectable {
                return Err(Status::bad_request(format!(
                    "field label not supported: {field}"
                )));
            }
            let path = storage_field(field).split('.').map(str::to_owned).collect();
            tests.push((path, equal, value.replace("\\,", ",").replace("\\=", "=")));
        }
        Ok(Self(tests))
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|(path, equal, wanted)| {
            let steps: Vec<&str> = path.iter().map(String::as_str).collect();
            let found = match at(object, &steps) {
                Value::String(found) => found.clone(),
                Value::Null if steps == ["reportingComponent"] => {
                    text(object, &["source", "component"]).to_owned()
                }
                Value::Null => String::new(),
                other => other.to_string(),
            };
            (found == *wanted) == *equal
        })
    }
}

/// Objects are stored in the core form; events of the newer group have other names.
fn storage_field(field: &str) -> String {
    match field {
        "source" => "source.component".to_owned(),
        "reportingController" => "reportingComponent".to_owned(),
        _ => match field.strip_prefix("regarding.") {
            Some(rest) => format!("involvedObject.{rest}"),
            None => field.to_owned(),
        },
    }
}

fn selectable(known: Known) -> &'static [&'static str] {
    match known {
        Known::Pod => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        Known::Event => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "regarding.apiVersion",
            "regarding.resourceVersion",
            "regarding.fieldPath",
            "reason",
            "reportingComponent",
            "reportingController",
            "source",
            "type",
        ],
        Known::Namespace => &["status.phase"],
        Known::Secret => &["type"],
        Known::Node => &["spec.unschedulable"],
        Known::ReplicaSet => &["status.replicas"],
        Known::Job => &["status.successful"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requirements_are_read_as_the_api_documents_them() {
        let pod = json!({"metadata": {"labels": {"app": "web", "tier": "a", "n": "5"}}});
        for (source, wanted) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("app=web,tier==a", true),
            ("app!=web", false),
            ("other!=x", true),
            ("tier in (a, b)", true),
            ("tier notin (a,b)", false),
            ("n>4,n<6", true),
            ("n>5", false),
        ] {
            assert_eq!(
                Labels::parse(source).unwrap().matches(&pod),
                wanted,
                "{source}"
            );
        }
        for source in ["a===b", "a in b", "(", "a b", "=x"] {
            assert!(Labels::parse(source).is_err(), "{source}");
        }
    }
}
