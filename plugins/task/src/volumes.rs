//! Claims as volumes of a pod.

use crate::pod::Texts;
use kanister_sdk::kube;
use kanister_sdk::prelude::*;
use serde_json::Map;

/// Where claims are mounted that no argument mounts.
const MOUNTED_AT: &str = "/mnt/prepare_data";

/// The claims of the workload that the ActionSet acts on, and where each is mounted.
pub fn of_subject(params: &Value) -> Result<Texts, Invalid> {
    let workload = ["Deployment", "StatefulSet"]
        .into_iter()
        .find_map(|kind| params.get(kind).filter(|workload| workload.is_object()));
    let Some(workload) = workload else {
        return Err(Invalid::new(
            "volumes",
            "Failed to get volumes: the argument volumes names none, and the ActionSet acts on no \
             Deployment or StatefulSet whose volumes it could be; name the claims in volumes",
        ));
    };
    let pods = workload
        .get("PersistentVolumeClaims")
        .and_then(Value::as_object);
    let claims: Texts = pods
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_object)
        .flat_map(Map::keys)
        .map(|claim| (claim.clone(), format!("{MOUNTED_AT}/{claim}")))
        .collect();
    if claims.is_empty() {
        return Err(Invalid::new(
            "volumes",
            "No volumes found: the pods of the workload mount no claim; name the claims in the \
             argument volumes",
        ));
    }
    Ok(claims)
}

/// A claim as the pod mounts it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mount {
    /// Many pods may read it, and none may write.
    read_only: bool,
    /// A device, not a folder.
    block: bool,
}

impl Mount {
    /// How a claim may be mounted.
    pub fn of(claim: &Value) -> Self {
        let modes = claim
            .pointer("/spec/accessModes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        Self {
            read_only: modes
                .into_iter()
                .any(|mode| mode.as_str() == Some("ReadOnlyMany")),
            block: claim
                .pointer("/spec/volumeMode")
                .and_then(Value::as_str)
                .is_some_and(|mode| mode == "Block"),
        }
    }
}

/// Looks a claim up.
pub fn look_up(cx: &Context, namespace: &str, claim: &str) -> Result<Mount> {
    let target = kube::resource("", "v1", "persistentvolumeclaims").object(Some(namespace), claim);
    let found: Value = cx.kube().get(&target).explain("Failed to retrieve PVC.")?;
    Ok(Mount::of(&found))
}

/// Puts a claim into a pod and its container. `id` makes the volume's name its own.
pub fn mount(
    spec: &mut Map<String, Value>,
    container: &mut Map<String, Value>,
    (claim, path): (&str, &str),
    Mount { read_only, block }: Mount,
    id: &str,
) {
    let name = format!("{}-{id}", if block { "block" } else { "vol" });
    let mut source = json!({"claimName": claim});
    let (list, mut entry) = if block {
        ("volumeDevices", json!({"name": name, "devicePath": path}))
    } else {
        ("volumeMounts", json!({"name": name, "mountPath": path}))
    };
    if read_only {
        if let Value::Object(source) = &mut source {
            source.insert("readOnly".to_owned(), json!(true));
        }
        // A device has no such field; the claim's own says it.
        if let (false, Value::Object(entry)) = (block, &mut entry) {
            entry.insert("readOnly".to_owned(), json!(true));
        }
    }
    push(container, list, entry);
    push(
        spec,
        "volumes",
        json!({"name": name, "persistentVolumeClaim": source}),
    );
}

fn push(into: &mut Map<String, Value>, list: &str, item: Value) {
    let items = into.entry(list).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(items) = items {
        items.push(item);
    }
}

/// 16 random bytes as a UUID (version 4, RFC 9562).
pub fn uuid(random: &[u8]) -> String {
    let mut text = String::new();
    for (index, byte) in random.iter().take(16).enumerate() {
        let byte = match index {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volumes_of_the_workload_are_the_default() {
        let params = json!({"StatefulSet": {"PersistentVolumeClaims": {
            "db-0": {"data-db-0": "/var/lib/data"}, "db-1": {"data-db-1": "/var/lib/data"},
        }}});
        let expected = ["data-db-0", "data-db-1"]
            .map(|claim| (claim.to_owned(), format!("/mnt/prepare_data/{claim}")));
        assert_eq!(of_subject(&params), Ok(Texts::from(expected)));
    }

    #[test]
    fn a_subject_without_volumes_is_told_in_the_words_users_know() {
        for (params, beginning) in [
            (
                json!({"Namespace": {"Name": "shop"}}),
                "Failed to get volumes",
            ),
            (json!({"Deployment": {"Name": "web"}}), "No volumes found"),
        ] {
            let Invalid(errors) = of_subject(&params).unwrap_err();
            let message = &errors[0].message;
            assert!(message.starts_with(beginning), "{message}");
        }
    }

    #[test]
    fn a_claim_is_mounted_as_it_allows() {
        let mounted = |claim: Value| {
            let (mut spec, mut container) = (Map::new(), Map::new());
            mount(
                &mut spec,
                &mut container,
                ("data", "/mnt/data"),
                Mount::of(&claim),
                "1",
            );
            (
                Value::Object(container),
                spec["volumes"][0]["persistentVolumeClaim"].clone(),
            )
        };
        assert_eq!(
            mounted(json!({"spec": {"accessModes": ["ReadWriteOnce"]}})),
            (
                json!({"volumeMounts": [{"name": "vol-1", "mountPath": "/mnt/data"}]}),
                json!({"claimName": "data"})
            )
        );
        assert_eq!(
            mounted(json!({"spec": {"accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}})),
            (
                json!({"volumeMounts": [
                    {"name": "vol-1", "mountPath": "/mnt/data", "readOnly": true}]}),
                json!({"claimName": "data", "readOnly": true})
            )
        );
        assert_eq!(
            mounted(json!({"spec": {"volumeMode": "Block"}})),
            (
                json!({"volumeDevices": [{"name": "block-1", "devicePath": "/mnt/data"}]}),
                json!({"claimName": "data"})
            )
        );
    }

    #[test]
    fn random_bytes_make_a_uuid() {
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
