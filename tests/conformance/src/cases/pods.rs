//! Pods: their processes, logs, and commands in them.

use anyhow::ensure;
use futures::AsyncBufReadExt as _;
use futures::TryStreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, LogParams};

use serde_json::{Value, json};

use super::exec::exec;
use crate::Target;
use crate::target::MERGE;

pub(super) const IMAGE: &str = "test.local/busybox:1";

pub(super) fn container(script: &str) -> Value {
    json!({"name": "main", "image": IMAGE, "command": ["sh", "-c", script]})
}

pub(super) fn pod(policy: &str, containers: Value) -> Value {
    json!({"metadata": {"name": "p"}, "spec": {"restartPolicy": policy, "terminationGracePeriodSeconds": 1, "containers": containers}})
}

pub(super) async fn create(at: &Target, body: &Value) -> anyhow::Result<()> {
    at.post(&at.path("", "pods"), body).await?.expect(201, "")?;
    Ok(())
}

pub(super) async fn phase(at: &Target, wanted: &str) -> anyhow::Result<Value> {
    let path = at.path("", "pods/p");
    at.until(&format!("the pod to be {wanted}"), || async {
        Ok(at.get(&path).await?.text("/status/phase") == wanted)
    })
    .await?;
    Ok(at.get(&path).await?.body)
}

pub(super) async fn ready(at: &Target) -> anyhow::Result<Value> {
    let path = at.path("", "pods/p");
    let is_ready = |pod: &Value| {
        let conditions = pod["status"]["conditions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        conditions
            .iter()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    at.until("the pod to be ready", || async {
        Ok(is_ready(&at.get(&path).await?.body))
    })
    .await?;
    Ok(at.get(&path).await?.body)
}

pub(super) fn api(at: &Target) -> Api<Pod> {
    Api::namespaced(at.client.clone(), &at.namespace)
}

pub(super) async fn log(at: &Target, params: LogParams) -> anyhow::Result<String> {
    Ok(api(at).logs("p", &params).await?)
}

pub(super) async fn runs_to_success(at: &Target) -> anyhow::Result<()> {
    create(
        at,
        &pod(
            "Never",
            // Two pipes: without the pause an unfinished line can come before one of the other.
            json!([container("echo one; echo two >&2; sleep 0.5; printf three")]),
        ),
    )
    .await?;
    let done = phase(at, "Succeeded").await?;
    let ended = &done["status"]["containerStatuses"][0]["state"]["terminated"];
    ensure!(
        ended["exitCode"] == 0 && ended["reason"] == "Completed",
        "{ended}"
    );
    ensure!(done["spec"]["nodeName"].is_string() && done["status"]["podIP"].is_string());
    let text = log(at, LogParams::default()).await?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    ensure!(lines == ["one", "three", "two"], "{text:?}");
    at.delete(&at.path("", "pods/p"), &json!({})).await?.ok()?;
    at.get(&at.path("", "pods/p"))
        .await?
        .expect(404, "NotFound")?;
    Ok(())
}

pub(super) async fn fails_with_its_code(at: &Target) -> anyhow::Result<()> {
    create(
        at,
        &pod(
            "Never",
            json!([container("echo bye > /dev/termination-log; exit 3")]),
        ),
    )
    .await?;
    let done = phase(at, "Failed").await?;
    let ended = &done["status"]["containerStatuses"][0]["state"]["terminated"];
    ensure!(
        ended["exitCode"] == 3 && ended["reason"] == "Error" && ended["message"] == "bye\n",
        "{ended}"
    );
    Ok(())
}

pub(super) async fn restarts_by_policy(at: &Target) -> anyhow::Result<()> {
    let script = "echo run; test -e /v/x && sleep 1000; echo x > /v/x; exit 1";
    let body = json!({"metadata": {"name": "p"}, "spec": {"restartPolicy": "OnFailure", "terminationGracePeriodSeconds": 0,
        "volumes": [{"name": "v", "emptyDir": {}}],
        "containers": [{"name": "main", "image": IMAGE, "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "command": ["sh", "-c", script]}]}});
    create(at, &body).await?;
    let path = at.path("", "pods/p");
    at.until("a restart", || async {
        let pod = at.get(&path).await?;
        let status = pod.at("/status/containerStatuses/0");
        Ok(status["restartCount"] == 1 && status["state"]["running"].is_object())
    })
    .await?;
    let pod = at.get(&path).await?;
    let last = pod.at("/status/containerStatuses/0/lastState/terminated");
    ensure!(last["exitCode"] == 1 && last["reason"] == "Error", "{last}");
    let previous = LogParams {
        previous: true,
        ..LogParams::default()
    };
    ensure!(log(at, previous).await? == "run\n");
    Ok(())
}

pub(super) async fn missing_image_and_program(at: &Target) -> anyhow::Result<()> {
    create(at, &pod("Never", json!([{"name": "main", "image": "test.local/there-is-none:1", "imagePullPolicy": "IfNotPresent"}]))).await?;
    let path = at.path("", "pods/p");
    at.until("the image to be missed", || async {
        let pod = at.get(&path).await?;
        Ok(matches!(
            pod.text("/status/containerStatuses/0/state/waiting/reason"),
            "ErrImagePull" | "ImagePullBackOff"
        ))
    })
    .await?;
    ensure!(at.get(&path).await?.text("/status/phase") == "Pending");
    let refused = at
        .get(&at.path("", "pods/p/log"))
        .await?
        .expect(400, "BadRequest")?;
    ensure!(
        refused.text("/message").contains("is waiting to start"),
        "{}",
        refused.body
    );
    at.delete(&path, &json!({})).await?.ok()?;
    at.until("the end of the pod", || async {
        Ok(at.get(&path).await?.code == 404)
    })
    .await?;
    create(
        at,
        &pod(
            "Never",
            json!([{"name": "main", "image": IMAGE, "command": ["no-such-program"]}]),
        ),
    )
    .await?;
    let done = phase(at, "Failed").await?;
    let ended = &done["status"]["containerStatuses"][0]["state"]["terminated"];
    ensure!(
        ended["exitCode"] == 128 && ended["reason"] == "StartError",
        "{ended}"
    );
    ensure!(
        ended["message"]
            .as_str()
            .unwrap_or_default()
            .contains("no-such-program"),
        "{ended}"
    );
    Ok(())
}

pub(super) async fn environment_and_volumes(at: &Target) -> anyhow::Result<()> {
    at.config_map("settings", &json!({"color": "red", "size": "9"}))
        .await?;
    at.post(
        &at.path("", "secrets"),
        &json!({"metadata": {"name": "keys"}, "stringData": {"token": "s3cret"}}),
    )
    .await?
    .ok()?;
    let body = json!({"metadata": {"name": "p", "labels": {"app": "x"}}, "spec": {"restartPolicy": "Never",
        "volumes": [{"name": "conf", "configMap": {"name": "settings", "items": [{"key": "color", "path": "deep/color"}]}},
            {"name": "sec", "secret": {"secretName": "keys"}}, {"name": "work", "emptyDir": {}},
            {"name": "down", "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}}],
        "initContainers": [{"name": "before", "image": IMAGE, "command": ["sh", "-c", "echo from-init > /scratch/file"], "volumeMounts": [{"name": "work", "mountPath": "/scratch"}]}],
        "containers": [{"name": "main", "image": IMAGE, "workingDir": "/scratch",
            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2$$(A)"},
                {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "size"}}},
                {"name": "D", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}},
                {"name": "E", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "F", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "x", "optional": true}}}],
            "envFrom": [{"prefix": "P_", "configMapRef": {"name": "settings"}}],
            "command": ["sh", "-c", "echo $A $B $C $D $E ${F-unset} $P_color; cat /etc/conf2/deep/color; echo; cat /sec/token; echo; cat file; pwd; cat /down/labels; echo; echo $0 $1", "$(A)", "$(NONE)"],
            "volumeMounts": [{"name": "conf", "mountPath": "/conf"}, {"name": "sec", "mountPath": "/sec", "readOnly": true}, {"name": "work", "mountPath": "/scratch"}, {"name": "down", "mountPath": "/down"}]}]}});
    let mut body = body;
    body["spec"]["containers"][0]["command"][2] = body["spec"]["containers"][0]["command"][2]
        .as_str()
        .unwrap_or_default()
        .replace("/etc/conf2", "/conf")
        .into();
    create(at, &body).await?;
    phase(at, "Succeeded").await?;
    let text = log(
        at,
        LogParams {
            container: Some("main".into()),
            ..LogParams::default()
        },
    )
    .await?;
    ensure!(
        text == "1 12$(A) 9 s3cret p unset red\nred\ns3cret\nfrom-init\n/scratch\napp=\"x\"\n1 $(NONE)\n",
        "{text:?}"
    );
    Ok(())
}

pub(super) async fn claims_keep_their_content(at: &Target) -> anyhow::Result<()> {
    let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}});
    at.post(&at.path("", "persistentvolumeclaims"), &claim)
        .await?
        .expect(201, "")?;
    let classes = at
        .get("/apis/storage.k8s.io/v1/storageclasses")
        .await?
        .ok()?;
    if classes.at("/items").as_array().is_none_or(Vec::is_empty) {
        // A cluster without a provisioner: nothing to try.
        return Ok(());
    }
    for (script, wanted) in [("echo kept > /data/file", ""), ("cat /data/file", "kept\n")] {
        let body = json!({"metadata": {"name": "p"}, "spec": {"restartPolicy": "Never", "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
            "containers": [{"name": "main", "image": IMAGE, "command": ["sh", "-c", script], "volumeMounts": [{"name": "d", "mountPath": "/data"}]}]}});
        create(at, &body).await?;
        phase(at, "Succeeded").await?;
        ensure!(log(at, LogParams::default()).await? == wanted);
        at.delete(&at.path("", "pods/p"), &json!({})).await?.ok()?;
        at.until("the end of the pod", || async {
            Ok(at.get(&at.path("", "pods/p")).await?.code == 404)
        })
        .await?;
    }
    Ok(())
}

pub(super) async fn ends_with_grace(at: &Target) -> anyhow::Result<()> {
    create(
        at,
        &pod(
            "Always",
            json!([container(
                "trap 'echo asked; exit 0' TERM; echo up; while true; do sleep 0.1; done"
            )]),
        ),
    )
    .await?;
    ready(at).await?;
    at.until("the trap to be set", || async {
        Ok(log(at, LogParams::default()).await? == "up\n")
    })
    .await?;
    let stream = api(at)
        .log_stream(
            "p",
            &LogParams {
                follow: true,
                ..LogParams::default()
            },
        )
        .await?;
    let path = at.path("", "pods/p");
    let pending = at
        .delete(&path, &json!({"gracePeriodSeconds": 20}))
        .await?
        .expect(200, "")?;
    ensure!(
        pending.at("/metadata/deletionGracePeriodSeconds") == &json!(20)
            && !pending.text("/metadata/deletionTimestamp").is_empty(),
        "{}",
        pending.body
    );
    let lines: Vec<String> = stream.lines().try_collect().await?;
    ensure!(lines == ["up", "asked"], "{lines:?}");
    at.until("the end of the pod", || async {
        Ok(at.get(&path).await?.code == 404)
    })
    .await?;
    // One that does not listen is killed when its time is over.
    create(
        at,
        &pod("Always", json!([container("trap '' TERM; sleep 1000")])),
    )
    .await?;
    ready(at).await?;
    at.delete(&path, &json!({})).await?.ok()?;
    at.until("the end of the pod", || async {
        Ok(at.get(&path).await?.code == 404)
    })
    .await
}

pub(super) async fn readiness(at: &Target) -> anyhow::Result<()> {
    let body = json!([{"name": "main", "image": IMAGE, "command": ["sh", "-c", "sleep 1000"],
        "readinessProbe": {"exec": {"command": ["cat", "/tmp/ready"]}, "periodSeconds": 1}}]);
    create(at, &pod("Always", body)).await?;
    let running = phase(at, "Running").await?;
    ensure!(running["status"]["containerStatuses"][0]["ready"] == false);
    exec(at, &["sh", "-c", "echo yes > /tmp/ready"], None).await?;
    let ready = ready(at).await?;
    ensure!(
        ready["status"]["containerStatuses"][0]["ready"] == true
            && ready["status"]["containerStatuses"][0]["restartCount"] == 0
    );
    at.patch(
        &at.path("", "pods/p"),
        MERGE,
        &json!({"spec": {"hostNetwork": true}}),
    )
    .await?
    .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn events_tell(at: &Target) -> anyhow::Result<()> {
    create(at, &pod("Never", json!([container("true")]))).await?;
    phase(at, "Succeeded").await?;
    let path = at.path(
        "",
        "events?fieldSelector=involvedObject.name%3Dp,involvedObject.kind%3DPod",
    );
    at.until("the events", || async {
        let list = at.get(&path).await?;
        let items = list.at("/items").as_array().cloned().unwrap_or_default();
        Ok(["Scheduled", "Started"]
            .iter()
            .all(|wanted| items.iter().any(|event| event["reason"] == *wanted)))
    })
    .await
}
