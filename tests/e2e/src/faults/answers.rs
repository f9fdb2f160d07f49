//! What the API server answers to those who ask too much or too late, and what it removes.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::controller::Controller;
use super::ground::{Ground, NAMESPACE};
use super::http::ask;
use super::objects;
use super::outages::during_task;
use super::run::{End, Run, round_trip};
use crate::boot::{kubectl, output, wait_for_api};
use crate::components::Component;
use crate::config::ETCD_PORT;

/// Versions that watches go on from are forgotten while they are interrupted: 410, and the lists
/// are read again.
pub fn expired(ground: &Ground<'_>) -> anyhow::Result<String> {
    during_task(ground, "expired", || {
        let api = Component::KubeApiserver;
        api.stop(ground.config, Signal::SIGKILL)?;
        compact()?;
        drop(api.start(ground.config)?);
        wait_for_api(ground.config)
    })?;
    let logs = std::fs::read_dir(ground.logs())?;
    let mut told = false;
    for entry in logs {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("expired-") {
            told |= std::fs::read_to_string(path)?.contains("the watch is too old");
        }
    }
    ensure!(told, "no watch was told that its version is forgotten");
    Ok("lists were read again, and the run is complete".to_owned())
}

/// Lets etcd forget everything but the newest versions.
fn compact() -> anyhow::Result<()> {
    let etcd = |path: &str, body: Value| {
        let answer = ask(("127.0.0.1", ETCD_PORT), "POST", path, &body.to_string())?;
        let answer: Value = serde_json::from_str(&answer)?;
        anyhow::Ok(answer)
    };
    // A write of nobody's (`faults`, `here`), so that the version is beyond all that watches have
    // seen.
    let put = etcd(
        "/v3/kv/put",
        json!({"key": "ZmF1bHRz", "value": "aGVyZQ=="}),
    )?;
    let revision = put.pointer("/header/revision").and_then(Value::as_str);
    let revision = revision.context("etcd tells no revision")?;
    etcd("/v3/kv/compaction", json!({"revision": revision}))?;
    Ok(())
}

/// `ttlSecondsAfterFinished`.
pub fn removed_after_its_time(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::start(ground, "ttl")?;
    let name = ground.name("ttl");
    let mut set = objects::action_set(&name, "task", &[("seconds", "1")]);
    if let Some(spec) = set.get_mut("spec").and_then(Value::as_object_mut) {
        spec.insert("ttlSecondsAfterFinished".to_owned(), json!(5));
    }
    ground.apply(&set)?;
    let mut ended = None;
    let state = |set: &Value| set.pointer("/status/state") == Some(&json!("complete"));
    ground.wait(&mut [&mut controller], "its end", || {
        ended = ground.action_set(&name);
        ended.as_ref().is_some_and(state)
    })?;
    std::thread::sleep(Duration::from_secs(2));
    ensure!(ground.action_set(&name).is_some(), "it is removed too soon");
    // The next one knows of it too.
    controller.kill_and_start(ground)?;
    ground.wait(&mut [&mut controller], "its removal", || {
        let all = ground.kubectl(&["get", "actionsets", "-o", "name"]);
        all.is_ok_and(|all| !all.contains(&name))
    })?;
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    Ok("it was there for its time, and then no more".to_owned())
}

/// For some seconds the API server answers everything that the controller asks with 429: its account
/// has room for one request at a time, and that one takes long.
pub fn too_many_requests(ground: &Ground<'_>) -> anyhow::Result<String> {
    let mut controller = Controller::with_default_lease(ground, "many")?;
    let run = Run::task(ground, 15)?;
    run.under_way(&mut controller)?;
    // Takes connections and never says anything.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    ground.apply(&webhook(silent.local_addr()?.port()))?;
    ground.apply(&one_at_a_time())?;
    // The rules are in force a moment later.
    std::thread::sleep(Duration::from_secs(1));
    let mut slow = kubectl(ground.config);
    slow.arg("--kubeconfig").arg(controller.kubeconfig(ground)?);
    slow.args(["--namespace", NAMESPACE, "create", "configmap", "slow"]);
    output(&mut slow)?;
    for kind in [
        "validatingwebhookconfiguration",
        "flowschema",
        "prioritylevelconfiguration",
    ] {
        ground.kubectl(&["delete", kind, "faults"])?;
    }
    ground.kubectl(&["delete", "configmap", "slow"])?;
    let end = run.end(&mut [&mut controller])?;
    let denied = controller.requests(ground, "429")?;
    ensure!(denied > 0, "no request was answered with 429");
    round_trip(ground, &mut [&mut controller])?;
    controller.end()?;
    match end {
        End::Complete => Ok(format!("complete after {denied} answers with 429")),
        End::Failed(why) => bail!("it failed, where it could have waited: {why}"),
    }
}

/// Whoever creates a ConfigMap waits for this port.
fn webhook(port: u16) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "faults"},
        "webhooks": [{
            "name": "slow.faults.test",
            "clientConfig": {"url": format!("https://127.0.0.1:{port}/")},
            "rules": [{
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["configmaps"],
            }],
            "matchConditions": [{"name": "slow", "expression": "object.metadata.name == 'slow'"}],
            "timeoutSeconds": 8,
            "failurePolicy": "Ignore",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }],
    })
}

/// Room for one request of the controller's account.
fn one_at_a_time() -> Value {
    let group = "flowcontrol.apiserver.k8s.io/v1";
    let rule = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"],
        "namespaces": ["*"], "clusterScope": true});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": group,
            "kind": "PriorityLevelConfiguration",
            "metadata": {"name": "faults"},
            "spec": {"type": "Limited", "limited": {
                "nominalConcurrencyShares": 0,
                "lendablePercent": 0,
                "borrowingLimitPercent": 0,
                "limitResponse": {"type": "Reject"},
            }},
        },
        {
            "apiVersion": group,
            "kind": "FlowSchema",
            "metadata": {"name": "faults"},
            "spec": {
                "matchingPrecedence": 2,
                "priorityLevelConfiguration": {"name": "faults"},
                "rules": [{
                    "resourceRules": [rule],
                    "subjects": [{"kind": "ServiceAccount", "serviceAccount": {
                        "name": "controller", "namespace": NAMESPACE,
                    }}],
                }],
            },
        },
    ]})
}
