//! `PrepareData`.

use crate::pod::{TaskPod, Texts, container, given};
use crate::run::{Exit, run};
use crate::volumes::{self, Mount};
use kanister_sdk::prelude::*;
use serde_json::Map;

#[arguments]
pub struct PrepareData {
    /// The namespace of the claims and of the pod.
    namespace: String,
    /// The image of the container, which is named `container`.
    image: String,
    /// The program and its arguments. There is no shell unless it names one.
    command: Vec<String>,
    /// PersistentVolumeClaims, and where each is mounted; without it, those of the workload
    /// that the ActionSet acts on, below `/mnt/prepare_data`.
    volumes: Option<Texts>,
    /// The service account of the pod; without it, the one that helper pods have.
    #[argument(default = "")]
    serviceaccount: String,
    /// Whether a command that fails fails the phase.
    #[argument(default = false)]
    fail_on_error: bool,
    /// A partial PodSpec that is merged over the pod's.
    pod_override: Option<Map<String, Value>>,
    /// Labels of the pod.
    pod_labels: Option<Texts>,
    /// Annotations of the pod.
    pod_annotations: Option<Texts>,
}

impl PrepareData {
    fn volumes(&self, params: &Value) -> Result<Texts, Invalid> {
        match &self.volumes {
            Some(volumes) if !volumes.is_empty() => Ok(volumes.clone()),
            _ => volumes::of_subject(params),
        }
    }

    /// The pod with these claims: each with where and how it is mounted, and an id that makes
    /// its volume's name its own.
    fn pod<'a>(
        &self,
        claims: impl IntoIterator<Item = (&'a str, &'a str, Mount, String)>,
    ) -> TaskPod {
        let mut container = container("container", &self.image, &self.command);
        container.insert("imagePullPolicy".to_owned(), json!("IfNotPresent"));
        let mut spec = Map::new();
        for (claim, path, how, id) in claims {
            volumes::mount(&mut spec, &mut container, (claim, path), how, &id);
        }
        spec.insert("containers".to_owned(), json!([container]));
        if !self.serviceaccount.is_empty() {
            spec.insert("serviceAccountName".to_owned(), json!(self.serviceaccount));
        }
        TaskPod {
            prefix: "prepare-data-job-",
            spec,
            labels: self.pod_labels.clone().unwrap_or_default(),
            annotations: self.pod_annotations.clone().unwrap_or_default(),
            override_: self.pod_override.clone(),
        }
    }

    fn make(&self, cx: &Context) -> Result<TaskPod> {
        let volumes = self.volumes(&cx.params()?)?;
        let mut claims = Vec::new();
        for (claim, path) in &volumes {
            let how = volumes::look_up(cx, &self.namespace, claim)?;
            let id = volumes::uuid(&cx.random_bytes(16));
            claims.push((claim.as_str(), path.as_str(), how, id));
        }
        Ok(self.pod(claims))
    }
}

/// Runs a command in a pod of its own that mounts the claims of an application. What it
/// prints with `kando output` becomes the output of the phase. Whether the command succeeds
/// counts only with `failOnError`.
#[function(name = "PrepareData", version = "0.0.0", idempotent, plan = plan)]
pub fn prepare_data(cx: &Context, args: PrepareData) -> Result<Output> {
    let exit = if args.fail_on_error {
        Exit::Counts
    } else {
        Exit::Ignored
    };
    run(cx, given(&args.namespace), exit, || args.make(cx))
}

fn plan(args: &PrepareData, call: &Call) -> Result<Vec<Access>, Invalid> {
    let params = serde_json::from_str(&call.params)
        .map_err(|error| Invalid::new("", format!("the parameters of the call: {error}")))?;
    let volumes = args.volumes(&params)?;
    let claims = volumes.iter().map(|(claim, path)| {
        (
            claim.as_str(),
            path.as_str(),
            Mount::default(),
            String::new(),
        )
    });
    let mut accesses = vec![args.pod(claims).access(given(&args.namespace))?];
    for claim in volumes.keys() {
        let resource = access::resource("", "persistentvolumeclaims");
        let scope = access::namespace(&args.namespace);
        accesses.extend(resource.verbs(&["get"], scope, Some(claim)));
    }
    Ok(accesses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::tests::call;

    #[test]
    fn the_plan_is_exactly_the_pod_and_its_claims() {
        let args = json!({
            "namespace": "shop", "image": "tools:1", "command": ["ls"],
            "volumes": {"data": "/mnt"}, "serviceaccount": "reader",
        });
        let planned = (prepare_data::FUNCTION.plan)(&call("PrepareData", args));
        let mut pod = access::workload(Some("shop"), &["docker.io/library/tools:1"]);
        pod.claims = vec!["data".to_owned()];
        pod.service_account = Some("reader".to_owned());
        let mut expected = vec![Access::Workload(pod)];
        expected.extend(access::resource("", "persistentvolumeclaims").verbs(
            &["get"],
            access::namespace("shop"),
            Some("data"),
        ));
        assert_eq!(planned, Ok(Some(expected)));
    }

    #[test]
    fn it_is_described_as_blueprints_know_it() {
        let described = (prepare_data::FUNCTION.describe)();
        let parameters: Vec<_> = described
            .parameters
            .iter()
            .map(|it| (it.name.as_str(), it.required, it.default.as_deref()))
            .collect();
        assert_eq!(
            parameters,
            [
                ("namespace", true, None),
                ("image", true, None),
                ("command", true, None),
                ("volumes", false, None),
                ("serviceaccount", false, Some("\"\"")),
                ("failOnError", false, Some("false")),
                ("podOverride", false, None),
                ("podLabels", false, None),
                ("podAnnotations", false, None),
            ]
        );
    }
}
