//! The pods of these functions.

use kanister_api::function::PodReach;
use kanister_sdk::prelude::*;
use kanister_sdk::types::WorkloadAccess;
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};

pub type Texts = BTreeMap<String, String>;

/// A pod as a phase asks for it. What the ActionSet adds, the host merges.
#[derive(Debug, Default)]
pub struct TaskPod {
    /// What its name begins with.
    pub prefix: &'static str,
    pub spec: Map<String, Value>,
    pub labels: Texts,
    pub annotations: Texts,
    /// A partial PodSpec over `spec`.
    pub override_: Option<Map<String, Value>>,
}

impl TaskPod {
    /// The object for the host; what is empty is left out.
    pub fn object(&self) -> Value {
        let Self {
            prefix,
            spec,
            labels,
            annotations,
            override_: _,
        } = self;
        let mut metadata = Map::new();
        metadata.insert("generateName".to_owned(), json!(prefix));
        for (field, texts) in [("labels", labels), ("annotations", annotations)] {
            if !texts.is_empty() {
                metadata.insert(field.to_owned(), json!(texts));
            }
        }
        json!({"metadata": metadata, "spec": spec})
    }
}

impl TaskPod {
    /// The right to make it.
    pub fn access(&self, namespace: Option<&str>) -> Result<Access, Invalid> {
        let Self {
            prefix: _,
            spec: _,
            labels: _,
            annotations: _,
            override_,
        } = self;
        let wrong = |path: &'static str| move |why: String| Invalid::new(path, why);
        let own = PodReach::of(&self.object()).map_err(wrong(""))?;
        let override_ = override_.clone().map_or(Value::Null, Value::Object);
        let more = PodReach::of_override(&override_).map_err(wrong("podOverride"))?;
        let both = |own: BTreeSet<String>, more: BTreeSet<String>| -> Vec<String> {
            own.union(&more).cloned().collect()
        };
        let images: BTreeSet<String> = own
            .images
            .union(&more.images)
            .map(ToString::to_string)
            .collect();
        Ok(Access::Workload(WorkloadAccess {
            namespace: namespace.map(str::to_owned),
            images: images.into_iter().collect(),
            service_account: more.service_account.or(own.service_account),
            claims: both(own.claims, more.claims),
            secrets: both(own.secrets, more.secrets),
            override_keys: both(own.override_keys, more.override_keys),
            features: both(own.features, more.features),
        }))
    }
}

/// A container; without words in `command`, the image's own command.
pub fn container(name: &str, image: &str, command: &[String]) -> Map<String, Value> {
    let mut container = Map::new();
    container.insert("name".to_owned(), json!(name));
    container.insert("image".to_owned(), json!(image));
    if !command.is_empty() {
        container.insert("command".to_owned(), json!(command));
    }
    container
}

/// A namespace of the arguments; none: that of the controller.
pub fn given(namespace: &str) -> Option<&str> {
    Some(namespace).filter(|namespace| !namespace.is_empty())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn call(function: &str, args: Value) -> Call {
        Call {
            function: function.into(),
            version: "0.0.0".into(),
            args: args.to_string(),
            params: "{}".into(),
            extensions: vec![],
        }
    }

    #[test]
    fn the_right_to_a_pod_is_what_it_and_its_override_reach() {
        let containers = json!([container("container", "tools", &[])]);
        let override_ = json!({
            "nodeSelector": {"disk": "ssd"},
            "containers": [{"name": "sidecar", "image": "busybox"}],
            "volumes": [{"name": "v", "secret": {"secretName": "keys"}}],
        });
        let pod = TaskPod {
            prefix: "kanister-job-",
            spec: Map::from_iter([("containers".to_owned(), containers)]),
            override_: override_.as_object().cloned(),
            ..TaskPod::default()
        };
        let mut expected = access::workload(
            Some("shop"),
            &[
                "docker.io/library/busybox:latest",
                "docker.io/library/tools:latest",
            ],
        );
        expected.secrets = vec!["keys".to_owned()];
        expected.override_keys = vec!["nodeSelector".to_owned()];
        assert_eq!(pod.access(Some("shop")), Ok(Access::Workload(expected)));
        let Invalid(errors) = TaskPod {
            override_: json!({"volumes": "v"}).as_object().cloned(),
            ..pod
        }
        .access(None)
        .unwrap_err();
        assert_eq!(errors[0].path, "podOverride");
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let pod = TaskPod {
            prefix: "kanister-job-",
            ..TaskPod::default()
        };
        assert_eq!(
            pod.object(),
            json!({"metadata": {"generateName": "kanister-job-"}, "spec": {}})
        );
        assert_eq!(
            Value::Object(container("c", "image", &[])),
            json!({"name": "c", "image": "image"})
        );
    }
}
