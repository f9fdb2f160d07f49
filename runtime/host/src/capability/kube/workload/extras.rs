//! What an ActionSet adds to the helper pods of its actions.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The container that an ActionSet's override means when it knows nothing of the function:
/// upstream's default name.
const ANY_CONTAINER: &str = "container";

/// `podOverride`, `podLabels` and `podAnnotations` of an action. The host merges them, so
/// that no function has to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PodExtras {
    /// A partial PodSpec; it wins against the Blueprint's.
    pub override_: Option<Value>,
    /// Labels; the Blueprint's win.
    pub labels: BTreeMap<String, String>,
    /// Annotations; the Blueprint's win.
    pub annotations: BTreeMap<String, String>,
}

/// The override as it fits a pod. What it says of a container named `container` is meant
/// for the pod's main container whatever its name; a pod without that name gets it for each
/// container that the override does not name itself.
pub(super) fn fitted(override_: Value, spec: &Value) -> Value {
    let names = |field: &str| -> Vec<String> {
        let items = spec.get(field).and_then(Value::as_array);
        let names = items.into_iter().flatten().filter_map(name_of);
        names.map(str::to_owned).collect()
    };
    let (containers, inits) = (names("containers"), names("initContainers"));
    if containers.iter().any(|name| name == ANY_CONTAINER) {
        return override_;
    }
    let Value::Object(mut fitted) = override_ else {
        return override_;
    };
    let Some(Value::Array(items)) = fitted.get_mut("containers") else {
        return Value::Object(fitted);
    };
    let Some(at) = items
        .iter()
        .position(|item| name_of(item) == Some(ANY_CONTAINER))
    else {
        return Value::Object(fitted);
    };
    let template = items.remove(at);
    expand(&template, &containers, items);
    if !inits.is_empty() {
        let init = fitted
            .entry("initContainers")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = init {
            expand(&template, &inits, items);
        }
    }
    Value::Object(fitted)
}

fn expand(template: &Value, names: &[String], into: &mut Vec<Value>) {
    for name in names {
        if into.iter().any(|item| name_of(item) == Some(name)) {
            continue;
        }
        let mut item = template.as_object().cloned().unwrap_or_else(Map::new);
        item.insert("name".to_owned(), Value::String(name.clone()));
        into.push(Value::Object(item));
    }
}

fn name_of(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_override_for_the_one_container_reaches_all_of_several() {
        let spec = json!({
            "initContainers": [{"name": "init"}],
            "containers": [{"name": "output"}, {"name": "background"}],
        });
        let override_ = json!({"containers": [
            {"name": "container", "imagePullPolicy": "Always"},
            {"name": "background", "imagePullPolicy": "Never"},
        ]});
        assert_eq!(
            fitted(override_, &spec),
            json!({
                "containers": [
                    {"name": "background", "imagePullPolicy": "Never"},
                    {"name": "output", "imagePullPolicy": "Always"},
                ],
                "initContainers": [{"name": "init", "imagePullPolicy": "Always"}],
            })
        );
    }

    #[test]
    fn a_pod_with_that_container_takes_it_as_it_is() {
        let spec = json!({"containers": [{"name": "container"}]});
        let override_ = json!({"containers": [{"name": "container", "tty": true}]});
        assert_eq!(fitted(override_.clone(), &spec), override_);
        let other = json!({"containers": [{"name": "a"}]});
        let without = json!({"nodeName": "n"});
        assert_eq!(fitted(without.clone(), &other), without);
    }
}
