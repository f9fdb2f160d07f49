//! `MultiContainerRun`.

use crate::pod::{TaskPod, Texts, container, given};
use crate::run::{Exit, run};
use kanister_sdk::prelude::*;
use serde_json::Map;

/// The container whose output counts.
const OUTPUT: &str = "output";

/// The volume that the containers share.
const SHARED: &str = "shared";

#[arguments]
pub struct MultiContainerRun {
    /// The namespace of the pod; without it, that of the controller.
    #[argument(default = "")]
    namespace: String,
    /// The image of the container `background`.
    background_image: String,
    /// What runs in the container `background`.
    background_command: Vec<String>,
    /// The image of the container `output`.
    output_image: String,
    /// What runs in the container `output`.
    output_command: Vec<String>,
    /// The image of the container `init`, which runs before the others; without it there is
    /// none.
    #[argument(default = "")]
    init_image: String,
    /// What runs in the container `init`.
    init_command: Option<Vec<String>>,
    /// The medium of the shared volume, as `emptyDir` has it: `Memory`.
    #[argument(default = "")]
    shared_volume_medium: String,
    /// The most that the shared volume may hold: `512Mi`.
    #[argument(default = "")]
    shared_volume_size_limit: String,
    /// Where the shared volume is mounted in each container.
    #[argument(default = "/tmp/")]
    shared_volume_dir: String,
    /// A partial PodSpec that is merged over the pod's.
    pod_override: Option<Map<String, Value>>,
    /// Labels of the pod.
    pod_labels: Option<Texts>,
    /// Annotations of the pod.
    pod_annotations: Option<Texts>,
}

impl MultiContainerRun {
    fn pod(&self) -> TaskPod {
        let mount = json!([{"name": SHARED, "mountPath": self.shared_volume_dir}]);
        let sharing = |name: &str, image: &str, command: &[String]| {
            let mut container = container(name, image, command);
            container.insert("volumeMounts".to_owned(), mount.clone());
            Value::Object(container)
        };
        let mut spec = Map::new();
        if !self.init_image.is_empty() {
            let command = self.init_command.as_deref().unwrap_or_default();
            let init = sharing("init", &self.init_image, command);
            spec.insert("initContainers".to_owned(), json!([init]));
        }
        let output = sharing(OUTPUT, &self.output_image, &self.output_command);
        let background = sharing(
            "background",
            &self.background_image,
            &self.background_command,
        );
        spec.insert("containers".to_owned(), json!([output, background]));
        let mut shared = Map::new();
        for (field, text) in [
            ("medium", &self.shared_volume_medium),
            ("sizeLimit", &self.shared_volume_size_limit),
        ] {
            if !text.is_empty() {
                shared.insert(field.to_owned(), json!(text));
            }
        }
        spec.insert(
            "volumes".to_owned(),
            json!([{"name": SHARED, "emptyDir": shared}]),
        );
        let mut annotations = self.pod_annotations.clone().unwrap_or_default();
        annotations.insert(
            "kubectl.kubernetes.io/default-container".to_owned(),
            OUTPUT.to_owned(),
        );
        TaskPod {
            prefix: "kanister-job-",
            spec,
            labels: self.pod_labels.clone().unwrap_or_default(),
            annotations,
            override_: self.pod_override.clone(),
        }
    }
}

/// Runs two containers side by side in a pod of its own, which share a volume: `background`
/// makes or serves something, `output` uses it and prints with `kando output` what becomes
/// the output of the phase. A third one, `init`, may run before them.
#[function(name = "MultiContainerRun", version = "0.0.0", idempotent, validate = validate, plan = plan)]
pub fn multi_container_run(cx: &Context, args: MultiContainerRun) -> Result<Output> {
    run(cx, given(&args.namespace), Exit::Counts, || Ok(args.pod()))
}

fn plan(args: &MultiContainerRun, _: &Call) -> Result<Vec<Access>, Invalid> {
    Ok(vec![args.pod().access(given(&args.namespace))?])
}

fn validate(args: &MultiContainerRun) -> Result<(), Invalid> {
    let limit = &args.shared_volume_size_limit;
    if limit.is_empty() || is_quantity(limit) {
        return Ok(());
    }
    Err(Invalid::new(
        "sharedVolumeSizeLimit",
        "Failed to parse sharedStorageSize arg: it takes a quantity such as 512Mi",
    ))
}

/// Whether a text is a quantity of Kubernetes: a number, and a suffix that multiplies it.
fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let is_number = number.bytes().any(|byte| byte.is_ascii_digit())
        && number.bytes().filter(|byte| *byte == b'.').count() <= 1;
    let is_suffix = matches!(
        suffix,
        "" | "n"
            | "u"
            | "m"
            | "k"
            | "M"
            | "G"
            | "T"
            | "P"
            | "E"
            | "Ki"
            | "Mi"
            | "Gi"
            | "Ti"
            | "Pi"
            | "Ei"
    );
    let is_exponent = suffix
        .strip_prefix(['e', 'E'])
        .is_some_and(|exponent| exponent.parse::<i32>().is_ok());
    is_number && (is_suffix || is_exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::tests::call;

    fn args(more: Value) -> Value {
        let mut args = json!({
            "backgroundImage": "a", "backgroundCommand": ["serve"],
            "outputImage": "b", "outputCommand": ["use"],
        });
        args.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        args
    }

    fn spec(more: Value) -> Value {
        let args: MultiContainerRun = serde_json::from_value(args(more)).unwrap();
        args.pod().object()["spec"].clone()
    }

    #[test]
    fn two_containers_share_a_volume() {
        let mounts = json!([{"name": "shared", "mountPath": "/tmp/"}]);
        assert_eq!(
            spec(json!({})),
            json!({
                "containers": [
                    {"name": "output", "image": "b", "command": ["use"], "volumeMounts": mounts},
                    {"name": "background", "image": "a", "command": ["serve"], "volumeMounts": mounts},
                ],
                "volumes": [{"name": "shared", "emptyDir": {}}],
            })
        );
    }

    #[test]
    fn a_third_one_runs_before_them_only_if_it_has_an_image() {
        let without = spec(json!({"initCommand": ["prepare"]}));
        assert_eq!(without["initContainers"], Value::Null);
        let all = spec(json!({
            "initImage": "c", "initCommand": ["prepare"], "sharedVolumeMedium": "Memory",
            "sharedVolumeSizeLimit": "8Mi", "sharedVolumeDir": "/exchange",
        }));
        assert_eq!(
            all["initContainers"],
            json!([{"name": "init", "image": "c", "command": ["prepare"],
                    "volumeMounts": [{"name": "shared", "mountPath": "/exchange"}]}])
        );
        assert_eq!(
            all["volumes"][0]["emptyDir"],
            json!({"medium": "Memory", "sizeLimit": "8Mi"})
        );
    }

    #[test]
    fn tools_of_the_cluster_find_the_container_that_matters() {
        let own = json!({"podAnnotations": {"note": "x"}});
        let args: MultiContainerRun = serde_json::from_value(args(own)).unwrap();
        assert_eq!(
            args.pod().object()["metadata"]["annotations"],
            json!({"note": "x", "kubectl.kubernetes.io/default-container": "output"})
        );
    }

    #[test]
    fn a_size_that_is_none_is_refused_in_the_words_users_know() {
        let wrong = args(json!({"sharedVolumeSizeLimit": "much"}));
        let refused = (multi_container_run::FUNCTION.validate)(&call("MultiContainerRun", wrong));
        let message = &refused.unwrap_err()[0].message;
        assert!(
            message.starts_with("Failed to parse sharedStorageSize arg"),
            "{message}"
        );
        for quantity in ["1", "1.5Gi", "100m", "12e6", "8Mi"] {
            assert!(is_quantity(quantity), "{quantity}");
        }
        for text in ["", "Mi", "1.2.3", "8MB", "1 Gi", "."] {
            assert!(!is_quantity(text), "{text}");
        }
    }
}
