//! What a pod reaches.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::pod::workload;
use crate::authority::WorkloadAccess;

fn read(spec: Value) -> Result<WorkloadAccess, String> {
    workload("kanister", &json!({"spec": spec}))
}

/// A pod with one container, changed.
fn with(change: impl FnOnce(&mut Value)) -> WorkloadAccess {
    let mut spec = json!({"containers": [{"name": "c", "image": "busybox"}]});
    change(&mut spec);
    read(spec).unwrap()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_plain_helper_pod_needs_its_image_only() {
    let access = read(json!({
        "restartPolicy": "Never",
        "serviceAccountName": "",
        "containers": [{
            "name": "container",
            "image": "ghcr.io/kanisterio/kanister-tools:0.116.0",
            "command": ["sh", "-c", "true"],
            "env": [{"name": "A", "value": "b"}],
            "resources": {"limits": {"memory": "1Gi"}},
            "securityContext": {"runAsUser": 0, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "v", "mountPath": "/mnt"}],
        }],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "hostNetwork": false,
        "nodeName": null,
    }))
    .unwrap();
    let nothing = BTreeSet::new();
    assert_eq!(access.images.len(), 1);
    assert_eq!(access.service_account, None);
    for empty in [
        &access.claims,
        &access.secrets,
        &access.override_keys,
        &access.features,
    ] {
        assert_eq!(*empty, nothing);
    }
}

/// T9: an image in a list that nobody looks at.
#[test]
fn images_of_all_containers_count() {
    let access = with(|spec| {
        spec["initContainers"] = json!([{"image": "init:1"}]);
        spec["ephemeralContainers"] = json!([{"image": "debug:1"}]);
    });
    let images: Vec<String> = access.images.iter().map(ToString::to_string).collect();
    assert_eq!(
        images,
        [
            "docker.io/library/busybox:latest",
            "docker.io/library/debug:1",
            "docker.io/library/init:1"
        ]
    );
}

/// T4: Secrets by every door.
#[test]
fn secrets_and_claims_count_wherever_they_stand() {
    let access = with(|spec| {
        spec["imagePullSecrets"] = json!([{"name": "pull"}]);
        spec["containers"][0]["env"] =
            json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "env", "key": "k"}}}]);
        spec["initContainers"] =
            json!([{"image": "a", "envFrom": [{"secretRef": {"name": "from"}}]}]);
        spec["volumes"] = json!([
            {"name": "a", "secret": {"secretName": "volume"}},
            {"name": "b", "projected": {"sources": [{"secret": {"name": "projected"}}]}},
            {"name": "c", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "csi"}}},
            {"name": "d", "azureFile": {"secretName": "azure", "shareName": "s"}},
            {"name": "e", "persistentVolumeClaim": {"claimName": "data"}},
        ]);
    });
    assert_eq!(
        access.secrets,
        set(&["azure", "csi", "env", "from", "projected", "pull", "volume"])
    );
    assert_eq!(access.claims, set(&["data"]));
    assert_eq!(access.features, set(&["volume:azureFile", "volume:csi"]));
}

/// T9: escapes through an override, one by one.
#[test]
fn what_reaches_beyond_the_pod_is_a_feature() {
    let pod: [(&str, Value, &str); 6] = [
        ("hostNetwork", json!(true), "hostNetwork"),
        ("hostPID", json!(true), "hostPID"),
        ("hostIPC", json!("true"), "hostIPC"),
        (
            "volumes",
            json!([{"name": "a", "hostPath": {"path": "/"}}]),
            "hostPath",
        ),
        (
            "volumes",
            json!([{"name": "a", "nfs": {"server": "s", "path": "/"}}]),
            "volume:nfs",
        ),
        (
            "securityContext",
            json!({"sysctls": [{"name": "a", "value": "1"}]}),
            "sysctls",
        ),
    ];
    for (key, value, feature) in pod {
        let access = with(|spec| spec[key] = value);
        assert_eq!(access.features, set(&[feature]));
    }
    let context: [(Value, &str); 8] = [
        (json!({"privileged": true}), "privileged"),
        (
            json!({"capabilities": {"add": ["cap_sys_admin"]}}),
            "capability:SYS_ADMIN",
        ),
        (json!({"procMount": "Unmasked"}), "procMount"),
        (
            json!({"seccompProfile": {"type": "Unconfined"}}),
            "seccompProfile",
        ),
        (
            json!({"appArmorProfile": {"type": "Unconfined"}}),
            "appArmorProfile",
        ),
        (
            json!({"seLinuxOptions": {"type": "spc_t"}}),
            "seLinuxOptions",
        ),
        (
            json!({"windowsOptions": {"hostProcess": true}}),
            "hostProcess",
        ),
        (json!({"ofTheFuture": 1}), "securityContext:ofTheFuture"),
    ];
    for (value, feature) in context {
        let access = with(|spec| spec["containers"][0]["securityContext"] = value);
        assert_eq!(access.features, set(&[feature]));
    }
    let container: [(&str, Value, &str); 4] = [
        (
            "ports",
            json!([{"containerPort": 1, "hostPort": 80}]),
            "hostPorts",
        ),
        (
            "livenessProbe",
            json!({"httpGet": {"host": "10.0.0.1", "port": 1}}),
            "probeHost",
        ),
        (
            "lifecycle",
            json!({"preStop": {"tcpSocket": {"host": "h", "port": 1}}}),
            "probeHost",
        ),
        ("ofTheFuture", json!({}), "container:ofTheFuture"),
    ];
    for (key, value, feature) in container {
        let access = with(|spec| spec["containers"][0][key] = value);
        assert_eq!(access.features, set(&[feature]));
    }
    let token = json!([{"name": "a", "projected": {"sources": [{"serviceAccountToken": {}}]}}]);
    let access = with(|spec| spec["volumes"] = token);
    assert_eq!(access.features, set(&["serviceAccountToken"]));
}

/// T9: keys that are not plain, those that nobody knows yet, and other spellings.
#[test]
fn every_other_key_of_the_spec_has_to_be_granted() {
    for key in [
        "nodeName",
        "tolerations",
        "runtimeClassName",
        "priorityClassName",
        "HostNetwork",
        "ofTheFuture",
    ] {
        let access = with(|spec| spec[key] = json!("x"));
        assert_eq!(access.override_keys, set(&[key]));
    }
}

/// T9: an old name for the service account.
#[test]
fn a_service_account_counts_under_both_names() {
    let account = |spec: Value| {
        with(|pod| {
            for (key, value) in spec.as_object().unwrap() {
                pod[key] = value.clone();
            }
        })
        .service_account
    };
    assert_eq!(
        account(json!({"serviceAccount": "a"})).as_deref(),
        Some("a")
    );
    assert_eq!(
        account(json!({"serviceAccountName": "a"})).as_deref(),
        Some("a")
    );
    let both = json!({"serviceAccount": "a", "serviceAccountName": "b",
        "containers": [{"image": "busybox"}]});
    assert!(read(both).is_err());
}

#[test]
fn confinement_cannot_be_taken_away_by_annotation() {
    let key = "container.apparmor.security.beta.kubernetes.io/c";
    let pod = json!({
        "metadata": {"annotations": {key: "unconfined"}},
        "spec": {"containers": [{"image": "busybox"}]},
    });
    let access = workload("kanister", &pod).unwrap();
    assert_eq!(access.features, set(&["appArmorProfile"]));
}

#[test]
fn what_is_no_pod_is_refused() {
    for spec in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"containers": []}),
        json!({"containers": {}}),
        json!({"containers": [null]}),
        json!({"containers": [{"name": "c"}]}),
        json!({"containers": [{"image": "*"}]}),
        json!({"containers": [{"image": "a b"}]}),
        json!({"containers": [{"image": "a"}], "serviceAccountName": 1}),
        json!({"containers": [{"image": "a"}], "volumes": [{"secret": {}}]}),
        json!({"containers": [{"image": "a", "envFrom": [{"secretRef": {"name": ""}}]}]}),
    ] {
        assert!(read(spec.clone()).is_err(), "{spec}");
    }
}
