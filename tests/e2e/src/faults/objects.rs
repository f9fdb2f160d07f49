//! The application, and what is done to it.

use serde_json::{Value, json};

use super::ground::NAMESPACE;
use crate::images::BUSYBOX;

/// The namespace of the application whose pod prints a lot.
pub const SHOP: &str = "shop";

/// Prints a gibibyte, always the same one.
pub const PRINT: &str =
    "yes 'a line of what is to be stored, and that is a lot of lines' | head -c 1073741824";

const CR: &str = "cr.kanister.io/v1alpha1";

/// A pod that sleeps, with a folder of its own.
pub fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{
                "name": "main",
                "image": BUSYBOX,
                "command": ["sleep", "36000"],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }],
            "volumes": [{"name": "data", "emptyDir": {}}],
        },
    })
}

/// What the controller may: everything, as a service account with a name to tell it by.
pub fn account() -> Value {
    let name = json!({"name": "controller", "namespace": NAMESPACE});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": name},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "faults-controller"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "cluster-admin",
            },
            "subjects": [{"kind": "ServiceAccount", "name": "controller", "namespace": NAMESPACE}],
        },
    ]})
}

/// A shell command in the application's pod.
fn exec(name: &str, pod: &str, script: &str) -> Value {
    let args = json!({
        "namespace": NAMESPACE,
        "pod": pod,
        "container": "main",
        "command": ["sh", "-c", script],
    });
    json!({"func": "KubeExec", "name": name, "args": args})
}

/// A shell command in a pod of its own.
fn task(name: &str, script: &str) -> Value {
    let args = json!({
        "namespace": NAMESPACE,
        "image": BUSYBOX,
        "command": ["sh", "-c", script],
    });
    json!({"func": "KubeTask", "name": name, "args": args})
}

/// Leaves a line for each time that it runs.
fn line(word: &str) -> String {
    format!("echo {word}-{{{{ .Options.run }}}} >> /data/log")
}

fn printed(key: &str, value: &str) -> String {
    format!(
        "echo \"###Phase-output###: {{\\\"key\\\":\\\"{key}\\\",\\\"value\\\":\\\"{value}\\\"}}\""
    )
}

/// Waits until the application's pod runs.
fn wait() -> Value {
    json!({"func": "WaitV2", "name": "wait", "args": {
        "timeout": "120s",
        "conditions": {"allOf": [{
            "condition": "{{ eq .status.phase \"Running\" }}",
            "objectReference": {
                "apiVersion": "v1", "resource": "pods", "name": "app", "namespace": NAMESPACE,
            },
        }]},
    }})
}

/// What the suite does to the application.
pub fn blueprint() -> Value {
    let store = format!(
        "{}; {}",
        line("store"),
        printed("content", "$(base64 -w 0 /data/content)")
    );
    let restore = "echo '{{ .ArtifactsIn.data.KeyValue.content }}' | base64 -d > /data/content";
    let slow = format!(
        "{}; sleep {{{{ .Options.seconds }}}}; {}",
        line("slow"),
        line("awake")
    );
    let sleep = format!(
        "sleep {{{{ .Options.seconds }}}}; {}",
        printed("slept", "well")
    );
    let last = || exec("last", "app", &line("last"));
    let quick = format!("{}; sleep 0.3", line("one"));
    let sleepy = format!("sleep 0.4; {}", printed("k", "v"));
    json!({
        "apiVersion": CR,
        "kind": "Blueprint",
        "metadata": {"name": "faults", "namespace": NAMESPACE},
        "actions": {
            "backup": {
                "outputArtifacts": {"data": {"keyValue": {
                    "content": "{{ .Phases.store.Output.content }}",
                    "task": "{{ .Phases.task.Output.k }}",
                }}},
                "phases": [
                    exec("one", "app", &quick),
                    task("task", &sleepy),
                    wait(),
                    exec("store", "app", &store),
                ],
                "deferPhase": last(),
            },
            "restore": {"phases": [exec("restore", "app", restore)]},
            "command": {
                "phases": [exec("slow", "{{ .Options.pod }}", &slow)],
                "deferPhase": last(),
            },
            "task": {"phases": [task("slow", &sleep)], "deferPhase": last()},
            "stream": {"phases": [stream()]},
        },
    })
}

/// Stores what a command prints: a gibibyte.
fn stream() -> Value {
    json!({"func": "Route", "name": "stream", "args": {
        "operation": "exec",
        "key": "{{ .Options.run }}",
        "pod": "printer",
        "command": ["sh", "-c", PRINT],
    }})
}

/// What the function of that phase may do.
pub fn grants() -> Value {
    json!({
        "apiVersion": "functions.kanister.io/v1alpha1",
        "kind": "ClusterFunctionGrant",
        "metadata": {"name": "route"},
        "spec": {
            "functions": [{"name": "Route"}],
            "allow": ["storage", "exec"],
            "slots": {"other": {"profile": {"name": "local", "namespace": NAMESPACE}, "prefix": "from/"}},
        },
    })
}

/// A folder of this machine as a store.
pub fn profile(folder: &str) -> Value {
    json!({
        "apiVersion": CR,
        "kind": "Profile",
        "metadata": {"name": "local", "namespace": NAMESPACE},
        "location": {"type": "filestore", "bucket": folder, "prefix": "store"},
        "credential": {},
    })
}

/// An ActionSet.
pub fn action_set(name: &str, action: &str, options: &[(&str, &str)]) -> Value {
    let mut all = serde_json::Map::new();
    all.insert("run".into(), name.into());
    for (option, value) in options {
        all.insert((*option).into(), (*value).into());
    }
    json!({
        "apiVersion": CR,
        "kind": "ActionSet",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"actions": [{
            "name": action,
            "blueprint": "faults",
            "object": {"kind": "Namespace", "name": NAMESPACE, "namespace": NAMESPACE},
            "options": all,
            "profile": {"name": "local", "namespace": NAMESPACE},
        }]},
    })
}
