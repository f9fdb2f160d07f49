//! Deployments, StatefulSets and Jobs.

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Target;
use crate::target::MERGE;

const IMAGE: &str = "test.local/busybox:1";

fn workload(replicas: i64, script: &str) -> Value {
    json!({"metadata": {"name": "w"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "w"}},
        "template": {"metadata": {"labels": {"app": "w"}}, "spec": {"terminationGracePeriodSeconds": 0,
        "containers": [{"name": "main", "image": IMAGE, "command": ["sh", "-c", script]}]}}}})
}

async fn pods(at: &Target) -> anyhow::Result<Vec<Value>> {
    let list = at
        .get(&at.path("", "pods?labelSelector=app%3Dw"))
        .await?
        .ok()?;
    Ok(list.at("/items").as_array().cloned().unwrap_or_default())
}

fn alive(pods: &[Value]) -> usize {
    pods.iter()
        .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
        .count()
}

async fn status(at: &Target, path: &str, field: &str, wanted: i64) -> anyhow::Result<()> {
    at.until(&format!("{field} of {wanted}"), || async {
        let found = at.get(path).await?.ok()?;
        let observed = found.at("/status/observedGeneration") == found.at("/metadata/generation");
        Ok(observed
            && found
                .at(&format!("/status/{field}"))
                .as_i64()
                .unwrap_or_default()
                == wanted)
    })
    .await
}

pub(super) async fn deployment(at: &Target) -> anyhow::Result<()> {
    at.post(
        &at.path("apps/v1", "deployments"),
        &workload(2, "sleep 1000"),
    )
    .await?
    .expect(201, "")?;
    let path = at.path("apps/v1", "deployments/w");
    status(at, &path, "availableReplicas", 2).await?;
    let list = pods(at).await?;
    ensure!(list.len() == 2);
    let owner = &list[0]["metadata"]["ownerReferences"][0];
    ensure!(
        owner["kind"] == "ReplicaSet" && owner["controller"] == true,
        "{owner}"
    );
    ensure!(
        list[0]["metadata"]["labels"]["pod-template-hash"].is_string()
            && list[0]["metadata"]["generateName"].is_string()
    );
    let found = at.get(&path).await?;
    let available = found
        .at("/status/conditions")
        .as_array()
        .cloned()
        .unwrap_or_default();
    ensure!(
        available
            .iter()
            .any(|condition| condition["type"] == "Available" && condition["status"] == "True"),
        "{}",
        found.body
    );
    ensure!(found.text("/metadata/annotations/deployment.kubernetes.io~1revision") == "1");
    at.patch(
        &format!("{path}/scale"),
        MERGE,
        &json!({"spec": {"replicas": 0}}),
    )
    .await?
    .ok()?;
    status(at, &path, "replicas", 0).await?;
    at.until("the pods to end", || async {
        Ok(pods(at).await?.is_empty())
    })
    .await?;
    at.patch(
        &format!("{path}/scale"),
        MERGE,
        &json!({"spec": {"replicas": 1}}),
    )
    .await?
    .ok()?;
    status(at, &path, "availableReplicas", 1).await?;
    at.delete(&path, &json!({"propagationPolicy": "Foreground"}))
        .await?
        .ok()?;
    at.until("the end of the deployment", || async {
        Ok(at.get(&path).await?.code == 404)
    })
    .await?;
    at.until("the end of its pods", || async {
        Ok(pods(at).await?.is_empty())
    })
    .await
}

pub(super) async fn rollout(at: &Target) -> anyhow::Result<()> {
    at.post(
        &at.path("apps/v1", "deployments"),
        &workload(1, "sleep 1000"),
    )
    .await?
    .expect(201, "")?;
    let path = at.path("apps/v1", "deployments/w");
    status(at, &path, "availableReplicas", 1).await?;
    let old = pods(at).await?;
    let patch = json!({"spec": {"template": {"metadata": {"annotations": {"restarted": "now"}}}}});
    at.patch(&path, MERGE, &patch).await?.ok()?;
    at.until("the new pod alone", || async {
        let list = pods(at).await?;
        let deployment = at.get(&path).await?;
        Ok(list.len() == 1
            && list[0]["metadata"]["annotations"]["restarted"] == "now"
            && deployment.at("/status/updatedReplicas") == &json!(1)
            && deployment.at("/status/availableReplicas") == &json!(1))
    })
    .await?;
    ensure!(old[0]["metadata"]["uid"] != pods(at).await?[0]["metadata"]["uid"]);
    let sets = at.get(&at.path("apps/v1", "replicasets")).await?.ok()?;
    ensure!(sets.at("/items").as_array().map(Vec::len) == Some(2));
    Ok(())
}

pub(super) async fn lost_pods_come_back(at: &Target) -> anyhow::Result<()> {
    at.post(
        &at.path("apps/v1", "deployments"),
        &workload(1, "sleep 1000"),
    )
    .await?
    .expect(201, "")?;
    let path = at.path("apps/v1", "deployments/w");
    status(at, &path, "availableReplicas", 1).await?;
    let old = pods(at).await?[0]["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    at.delete(&at.path("", &format!("pods/{old}")), &json!({}))
        .await?
        .ok()?;
    at.until("another pod", || async {
        let list = pods(at).await?;
        Ok(alive(&list) == 1
            && list
                .iter()
                .all(|pod| pod["metadata"]["name"] != old.as_str())
            && list[0]["status"]["phase"] == "Running")
    })
    .await
}

pub(super) async fn stateful_set(at: &Target) -> anyhow::Result<()> {
    let mut body = workload(2, "sleep 1000");
    body["spec"]["serviceName"] = "w".into();
    at.post(&at.path("apps/v1", "statefulsets"), &body)
        .await?
        .expect(201, "")?;
    let path = at.path("apps/v1", "statefulsets/w");
    status(at, &path, "readyReplicas", 2).await?;
    let mut names: Vec<String> = pods(at)
        .await?
        .iter()
        .map(|pod| {
            pod["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    names.sort();
    ensure!(names == ["w-0", "w-1"], "{names:?}");
    let first = at.get(&at.path("", "pods/w-0")).await?.ok()?;
    ensure!(
        first.text("/spec/hostname") == "w-0"
            && first.text("/metadata/labels/statefulset.kubernetes.io~1pod-name") == "w-0"
    );
    ensure!(first.text("/metadata/labels/apps.kubernetes.io~1pod-index") == "0");
    at.patch(
        &format!("{path}/scale"),
        MERGE,
        &json!({"spec": {"replicas": 1}}),
    )
    .await?
    .ok()?;
    at.until("the last pod to go", || async {
        Ok(pods(at).await?.len() == 1)
    })
    .await?;
    at.get(&at.path("", "pods/w-0")).await?.ok()?;
    at.patch(&path, MERGE, &json!({"spec": {"serviceName": "other"}}))
        .await?
        .expect(422, "Invalid")?;
    Ok(())
}

pub(super) async fn claims_of_a_stateful_set(at: &Target) -> anyhow::Result<()> {
    let mut body = workload(1, "sleep 1000");
    body["spec"]["serviceName"] = "w".into();
    body["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}}]);
    body["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] =
        json!([{"name": "data", "mountPath": "/data"}]);
    at.post(&at.path("apps/v1", "statefulsets"), &body)
        .await?
        .expect(201, "")?;
    let claim = at.path("", "persistentvolumeclaims/data-w-0");
    at.until("the claim", || async {
        Ok(at.get(&claim).await?.code == 200)
    })
    .await?;
    at.delete(&at.path("apps/v1", "statefulsets/w"), &json!({}))
        .await?
        .ok()?;
    at.until("the end of its pods", || async {
        Ok(pods(at).await?.is_empty())
    })
    .await?;
    at.get(&claim).await?.ok()?;
    Ok(())
}

pub(super) async fn job(at: &Target) -> anyhow::Result<()> {
    let body = |name: &str, script: &str| {
        json!({"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never",
            "containers": [{"name": "main", "image": IMAGE, "command": ["sh", "-c", script]}]}}}})
    };
    for (name, script, wanted) in [("good", "true", "Complete"), ("bad", "exit 2", "Failed")] {
        at.post(&at.path("batch/v1", "jobs"), &body(name, script))
            .await?
            .expect(201, "")?;
        let path = at.path("batch/v1", &format!("jobs/{name}"));
        at.until(&format!("the job to be {wanted}"), || async {
            let conditions = at
                .get(&path)
                .await?
                .at("/status/conditions")
                .as_array()
                .cloned()
                .unwrap_or_default();
            Ok(conditions
                .iter()
                .any(|condition| condition["type"] == wanted && condition["status"] == "True"))
        })
        .await?;
    }
    let good = at.get(&at.path("batch/v1", "jobs/good")).await?.ok()?;
    ensure!(
        good.at("/status/succeeded") == &json!(1)
            && !good.text("/status/completionTime").is_empty(),
        "{}",
        good.body
    );
    at.delete(
        &at.path("batch/v1", "jobs/good"),
        &json!({"propagationPolicy": "Background"}),
    )
    .await?
    .ok()?;
    let list = at.path("", "pods?labelSelector=job-name%3Dgood");
    at.until("the end of the job's pods", || async {
        Ok(at.get(&list).await?.at("/items") == &json!([]))
    })
    .await
}
