//! `KubeTask`.

use crate::pod::{TaskPod, Texts, container, given};
use crate::run::{Exit, run};
use kanister_sdk::prelude::*;
use serde_json::Map;

#[arguments]
pub struct KubeTask {
    /// The namespace of the pod; without it, that of the controller.
    #[argument(default = "")]
    namespace: String,
    /// The image of the container, which is named `container`.
    image: String,
    /// The program and its arguments. There is no shell unless it names one.
    command: Vec<String>,
    /// A partial PodSpec that is merged over the pod's.
    pod_override: Option<Map<String, Value>>,
    /// Labels of the pod.
    pod_labels: Option<Texts>,
    /// Annotations of the pod.
    pod_annotations: Option<Texts>,
}

impl KubeTask {
    fn pod(&self) -> TaskPod {
        let mut container = container("container", &self.image, &self.command);
        container.insert("imagePullPolicy".to_owned(), json!("IfNotPresent"));
        TaskPod {
            prefix: "kanister-job-",
            spec: Map::from_iter([("containers".to_owned(), json!([container]))]),
            labels: self.pod_labels.clone().unwrap_or_default(),
            annotations: self.pod_annotations.clone().unwrap_or_default(),
            override_: self.pod_override.clone(),
        }
    }
}

/// Runs a command in a pod of its own. What it prints with `kando output` becomes the output
/// of the phase.
#[function(name = "KubeTask", version = "0.0.0", idempotent, plan = plan)]
pub fn kube_task(cx: &Context, args: KubeTask) -> Result<Output> {
    run(cx, given(&args.namespace), Exit::Counts, || Ok(args.pod()))
}

fn plan(args: &KubeTask, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(vec![args.pod().access(given(&args.namespace))?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(args: Value) -> TaskPod {
        serde_json::from_value::<KubeTask>(args).unwrap().pod()
    }

    #[test]
    fn the_pod_is_as_users_know_it() {
        let pod = pod(json!({
            "image": "tools", "command": ["sh", "-c", "true"],
            "podLabels": {"team": "db"}, "podAnnotations": {"note": "x"},
        }));
        assert_eq!(
            pod.object(),
            json!({
                "metadata": {
                    "generateName": "kanister-job-",
                    "labels": {"team": "db"}, "annotations": {"note": "x"},
                },
                "spec": {"containers": [{
                    "name": "container", "image": "tools", "imagePullPolicy": "IfNotPresent",
                    "command": ["sh", "-c", "true"],
                }]},
            })
        );
    }

    #[test]
    fn it_is_described_as_blueprints_know_it() {
        let described = (kube_task::FUNCTION.describe)();
        assert!(described.idempotent && described.open_outputs);
        let parameters: Vec<_> = described
            .parameters
            .iter()
            .map(|it| (it.name.as_str(), it.required))
            .collect();
        assert_eq!(
            parameters,
            [
                ("namespace", false),
                ("image", true),
                ("command", true),
                ("podOverride", false),
                ("podLabels", false),
                ("podAnnotations", false),
            ]
        );
    }
}
