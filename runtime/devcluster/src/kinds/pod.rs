//! Pods and pod templates.

use serde_json::{Value, json};

use super::names::{is_label, label_cause};
use crate::object::{at, items, map_mut, set, set_default, text};
use crate::status::Cause;

/// The lists of containers in a pod's spec.
pub(super) const CONTAINERS: [&str; 2] = ["initContainers", "containers"];

/// `Guaranteed`, `Burstable` or `BestEffort`, from requests and limits.
pub(super) fn qos_class(pod: &Value) -> &'static str {
    let containers = || {
        CONTAINERS
            .iter()
            .flat_map(|list| items(pod, &["spec", list]))
    };
    let amount = |container: &Value, side: &str, what: &str| {
        at(container, &["resources", side, what]).clone()
    };
    let guaranteed = |container: &Value| {
        ["cpu", "memory"].iter().all(|what| {
            let limit = amount(container, "limits", what);
            let request = amount(container, "requests", what);
            !limit.is_null() && (request.is_null() || request == limit)
        })
    };
    let any = |container: &Value| {
        let some = |side: &str| {
            at(container, &["resources", side])
                .as_object()
                .is_some_and(|map| !map.is_empty())
        };
        some("limits") || some("requests")
    };
    if containers().all(guaranteed) {
        "Guaranteed"
    } else if containers().any(any) {
        "Burstable"
    } else {
        "BestEffort"
    }
}

/// The defaults of a pod, those of admission included.
pub(super) fn defaults(pod: &mut Value) {
    template_spec(pod);
    requests_of_limits(pod);
    let account = match text(pod, &["spec", "serviceAccountName"]) {
        "" => "default".to_owned(),
        account => account.to_owned(),
    };
    set(pod, &["spec", "serviceAccountName"], account.clone().into());
    set(pod, &["spec", "serviceAccount"], account.into());
    set_default(pod, &["spec", "enableServiceLinks"], true.into());
    set_default(pod, &["spec", "priority"], 0.into());
    set_default(
        pod,
        &["spec", "preemptionPolicy"],
        "PreemptLowerPriority".into(),
    );
    if items(pod, &["spec", "tolerations"]).is_empty() {
        let toleration = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
        let list = json!([
            toleration("node.kubernetes.io/not-ready"),
            toleration("node.kubernetes.io/unreachable")
        ]);
        set(pod, &["spec", "tolerations"], list);
    }
}

/// What is limited and not requested is requested: in pods, not in templates.
fn requests_of_limits(pod: &mut Value) {
    for list in CONTAINERS {
        let containers = pod.pointer_mut(&format!("/spec/{list}"));
        for container in containers
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let limits = at(container, &["resources", "limits"]).as_object().cloned();
            for (resource, limit) in limits.unwrap_or_default() {
                set_default(container, &["resources", "requests", &resource], limit);
            }
        }
    }
}

/// The defaults of `spec`, in a pod or a template.
pub(super) fn template_spec(holder: &mut Value) {
    let spec = map_mut(holder).entry("spec").or_insert(Value::Null);
    for list in CONTAINERS {
        for container in spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            container_defaults(container);
        }
    }
    for volume in spec
        .get_mut("volumes")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        volume_defaults(volume);
    }
    for (field, value) in [
        ("restartPolicy", json!("Always")),
        ("terminationGracePeriodSeconds", json!(30)),
        ("dnsPolicy", json!("ClusterFirst")),
        ("securityContext", json!({})),
        ("schedulerName", json!("default-scheduler")),
    ] {
        set_default(spec, &[field], value);
    }
    // Each of the two names of the account follows the other.
    for (field, other) in [
        ("serviceAccountName", "serviceAccount"),
        ("serviceAccount", "serviceAccountName"),
    ] {
        let account = text(spec, &[other]).to_owned();
        if !account.is_empty() {
            set_default(spec, &[field], account.into());
        }
    }
}

fn container_defaults(container: &mut Value) {
    let image = text(container, &["image"]).to_owned();
    let tag = image.rsplit('/').next().unwrap_or_default();
    let latest = !image.contains('@') && (!tag.contains(':') || tag.ends_with(":latest"));
    let policy = if latest { "Always" } else { "IfNotPresent" };
    for (field, value) in [
        ("resources", json!({})),
        ("terminationMessagePath", json!("/dev/termination-log")),
        ("terminationMessagePolicy", json!("File")),
        ("imagePullPolicy", json!(policy)),
    ] {
        set_default(container, &[field], value);
    }
    for port in container
        .get_mut("ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        set_default(port, &["protocol"], "TCP".into());
    }
    for variable in container
        .get_mut("env")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(field) = variable.pointer_mut("/valueFrom/fieldRef") {
            set_default(field, &["apiVersion"], "v1".into());
        }
        // An empty value is the same as none.
        if at(variable, &["value"]) == "" {
            map_mut(variable).shift_remove("value");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe) {
            for (field, value) in [
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ] {
                set_default(probe, &[field], value.into());
            }
            if let Some(get) = probe.get_mut("httpGet") {
                set_default(get, &["path"], "/".into());
                set_default(get, &["scheme"], "HTTP".into());
            }
        }
    }
}

fn volume_defaults(volume: &mut Value) {
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
        if let Some(source) = volume.get_mut(source) {
            set_default(source, &["defaultMode"], 420.into());
        }
    }
    if let Some(path) = volume.get_mut("hostPath") {
        set_default(path, &["type"], "".into());
    }
}

/// Checks a pod.
pub(super) fn validate(old: &Value, pod: &Value, causes: &mut Vec<Cause>) {
    spec(at(pod, &["spec"]), "spec", &[], causes);
    if old.is_null() {
        return;
    }
    // Images, deadline and grace period of a running pod may change, nothing else.
    let fixed = |pod: &Value| {
        let mut spec = at(pod, &["spec"]).clone();
        for list in CONTAINERS {
            for container in spec
                .get_mut(list)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                map_mut(container).shift_remove("image");
            }
        }
        for field in [
            "activeDeadlineSeconds",
            "terminationGracePeriodSeconds",
            "tolerations",
            "nodeName",
        ] {
            map_mut(&mut spec).shift_remove(field);
        }
        spec
    };
    if fixed(old) != fixed(pod) {
        causes.push(Cause::forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        ));
    }
}

/// Checks a pod's spec at `path`, to which a controller will add the volumes `added`.
pub(super) fn spec(spec: &Value, path: &str, added: &[&str], causes: &mut Vec<Cause>) {
    if items(spec, &["containers"]).is_empty() {
        causes.push(Cause::required(format!("{path}.containers"), ""));
    }
    let volumes: Vec<&str> = items(spec, &["volumes"])
        .iter()
        .map(|volume| text(volume, &["name"]))
        .collect();
    let mut seen = Vec::new();
    for list in CONTAINERS {
        for (index, container) in items(spec, &[list]).iter().enumerate() {
            let path = format!("{path}.{list}[{index}]");
            let name = text(container, &["name"]);
            if name.is_empty() {
                causes.push(Cause::required(format!("{path}.name"), ""));
            } else if !is_label(name) {
                causes.push(label_cause(format!("{path}.name"), &name.into()));
            } else if seen.contains(&name) {
                causes.push(Cause {
                    reason: "FieldValueDuplicate",
                    message: format!("Duplicate value: {name:?}"),
                    field: format!("{path}.name"),
                });
            }
            seen.push(name);
            if text(container, &["image"]).is_empty() {
                causes.push(Cause::required(format!("{path}.image"), ""));
            }
            for (place, mount) in items(container, &["volumeMounts"]).iter().enumerate() {
                let wanted = text(mount, &["name"]);
                if !volumes.contains(&wanted) && !added.contains(&wanted) {
                    causes.push(Cause {
                        reason: "FieldValueNotFound",
                        message: format!("Not found: {wanted:?}"),
                        field: format!("{path}.volumeMounts[{place}].name"),
                    });
                }
                if text(mount, &["mountPath"]).is_empty() {
                    causes.push(Cause::required(
                        format!("{path}.volumeMounts[{place}].mountPath"),
                        "",
                    ));
                }
            }
        }
    }
    for (index, volume) in items(spec, &["volumes"]).iter().enumerate() {
        let name = text(volume, &["name"]);
        if !is_label(name) {
            causes.push(label_cause(
                format!("{path}.volumes[{index}].name"),
                &name.into(),
            ));
        }
    }
    let policies = ["Always", "OnFailure", "Never"];
    let policy = at(spec, &["restartPolicy"]);
    if !policies.iter().any(|known| policy == known) {
        causes.push(Cause::unsupported(
            format!("{path}.restartPolicy"),
            policy,
            &policies,
        ));
    }
}
