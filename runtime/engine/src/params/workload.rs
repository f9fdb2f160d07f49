//! The running pods of a workload, and the claims that they mount.

use super::read::{ParamsError, Reader};
use crate::seat::ObjectKey;
use kanister_template::Workload;
use serde_json::Value;
use std::collections::BTreeMap;

/// A StatefulSet owns its pods.
pub(super) async fn stateful_set(
    reader: &Reader,
    key: &ObjectKey,
    content: &Value,
) -> Result<Workload, ParamsError> {
    let pods = running(reader, key, uid(content)).await?;
    let name = key.name.clone();
    // Upstream computes the name of a claim from the pod's, whether the claim comes from a template
    // or is named directly.
    let claim = move |claim: &str, pod: &Value| {
        let ordinal = text(pod, "/metadata/name").rsplit('-').next().unwrap_or_default().to_owned();
        format!("{claim}-{name}-{ordinal}")
    };
    let templates = names(content.pointer("/spec/volumeClaimTemplates"), "/metadata/name");
    let volumes = |pod: &Value| {
        let mut volumes: BTreeMap<String, String> = claimed(content)
            .into_iter()
            .map(|(volume, named)| (volume, claim(&named, pod)))
            .collect();
        for template in &templates {
            volumes.insert(template.clone(), claim(template, pod));
        }
        volumes
    };
    Ok(workload(key, &pods, volumes))
}

/// A Deployment owns the ReplicaSet of its revision, which owns the pods.
pub(super) async fn deployment(
    reader: &Reader,
    key: &ObjectKey,
    content: &Value,
) -> Result<Workload, ParamsError> {
    const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let sets = ObjectKey {
        plural: "replicasets".to_owned(),
        ..key.clone()
    };
    let revision = text(content, REVISION);
    let sets = reader.list(&sets).await?;
    let current = sets
        .iter()
        .find(|set| owned_by(set, uid(content)) && text(set, REVISION) == revision)
        .ok_or_else(|| {
            ParamsError::NotFound("Could not find a ReplicaSet for Deployment: not found".to_owned())
        })?;
    let pods = running(reader, key, uid(current)).await?;
    Ok(workload(key, &pods, |_| claimed(content)))
}

/// A DeploymentConfig of OpenShift owns the ReplicationController of its latest version.
pub(super) async fn deployment_config(
    reader: &Reader,
    key: &ObjectKey,
    content: &Value,
) -> Result<Workload, ParamsError> {
    const VERSION: &str = "/metadata/annotations/openshift.io~1deployment-config.latest-version";
    let controllers = ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "replicationcontrollers".to_owned(),
        ..key.clone()
    };
    let latest = content
        .pointer("/status/latestVersion")
        .map(Value::to_string)
        .unwrap_or_default();
    let controllers = reader.list(&controllers).await?;
    let current = controllers
        .iter()
        .find(|it| owned_by(it, uid(content)) && text(it, VERSION) == latest)
        .ok_or_else(|| {
            ParamsError::NotFound(
                "Could not find a ReplicationController for DeploymentConfig: not found".to_owned(),
            )
        })?;
    let pods = running(reader, key, uid(current)).await?;
    Ok(workload(key, &pods, |_| claimed(content)))
}

/// The running pods of an owner, in the order of their names.
async fn running(
    reader: &Reader,
    key: &ObjectKey,
    owner: &str,
) -> Result<Vec<Value>, ParamsError> {
    let pods = ObjectKey {
        group: String::new(),
        version: "v1".to_owned(),
        plural: "pods".to_owned(),
        ..key.clone()
    };
    let mut pods = reader.list(&pods).await?;
    pods.retain(|pod| owned_by(pod, owner) && text(pod, "/status/phase") == "Running");
    Ok(pods)
}

fn workload(
    key: &ObjectKey,
    pods: &[Value],
    volumes: impl Fn(&Value) -> BTreeMap<String, String>,
) -> Workload {
    let mut claims = BTreeMap::new();
    for pod in pods {
        let mounts = mounts(pod, &volumes(pod));
        if !mounts.is_empty() {
            claims.insert(text(pod, "/metadata/name").to_owned(), mounts);
        }
    }
    Workload {
        name: key.name.clone(),
        namespace: key.namespace.clone().unwrap_or_default(),
        pods: Some(
            pods.iter()
                .map(|pod| text(pod, "/metadata/name").to_owned())
                .collect(),
        ),
        containers: Some(
            pods.iter()
                .map(|pod| names(pod.pointer("/status/containerStatuses"), "/name"))
                .collect(),
        ),
        persistent_volume_claims: Some(claims),
    }
}

/// Claim → mount path of one pod, given volume → claim. A claim that is mounted twice keeps its
/// last path.
fn mounts(pod: &Value, volumes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let containers = items(pod.pointer("/spec/containers"));
    containers
        .iter()
        .flat_map(|container| items(container.get("volumeMounts")))
        .filter_map(|mount| {
            let claim = volumes.get(text(mount, "/name"))?;
            Some((claim.clone(), text(mount, "/mountPath").to_owned()))
        })
        .collect()
}

/// Volume → claim of a workload's template.
fn claimed(content: &Value) -> BTreeMap<String, String> {
    items(content.pointer("/spec/template/spec/volumes"))
        .iter()
        .filter_map(|volume| {
            let claim = volume.pointer("/persistentVolumeClaim/claimName")?;
            let claim = claim.as_str()?.to_owned();
            Some((text(volume, "/name").to_owned(), claim))
        })
        .collect()
}

fn names(list: Option<&Value>, pointer: &str) -> Vec<String> {
    let names = items(list).iter().map(|item| text(item, pointer).to_owned());
    names.collect()
}

fn items(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn owned_by(object: &Value, owner: &str) -> bool {
    items(object.pointer("/metadata/ownerReferences"))
        .iter()
        .any(|reference| text(reference, "/uid") == owner)
}

fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_claim_keeps_its_last_mount_path() {
        let pod = json!({"spec": {"containers": [
            {"volumeMounts": [{"name": "v", "mountPath": "/a"}, {"name": "other", "mountPath": "/o"}]},
            {"volumeMounts": [{"name": "v", "mountPath": "/b"}]},
        ]}});
        let volumes = BTreeMap::from([("v".to_owned(), "claim".to_owned())]);
        let expected = BTreeMap::from([("claim".to_owned(), "/b".to_owned())]);
        assert_eq!(mounts(&pod, &volumes), expected);
    }
}
