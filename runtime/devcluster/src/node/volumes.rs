//! The volumes of a pod as directories.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde_json::Value;

use super::Node;
use crate::beneath::{Beneath, path_of};
use crate::object::{at, items, pairs, text};
use crate::registry::Known;
use crate::store::Entry;

/// Makes the volume and returns where it is; `Ok(None)` if something it needs is not there yet.
pub(super) fn prepare(
    node: &Node,
    pod: &Entry,
    volume: &Value,
    folder: &Path,
) -> Result<PathBuf, String> {
    let name = text(volume, &["name"]);
    let own = folder.join(name);
    let namespace = pod.key.namespace.as_ref();
    let make = |path: &Path| {
        std::fs::create_dir_all(path).map_err(|error| format!("volume {name}: {error}"))
    };
    if at(volume, &["emptyDir"]).is_object() {
        make(&own)?;
        own_by(node, &own, 0o777)?;
        return Ok(own);
    }
    if at(volume, &["hostPath"]).is_object() {
        return host_path(node, text(volume, &["hostPath", "path"]));
    }
    let claim = at(volume, &["persistentVolumeClaim"]);
    if claim.is_object() {
        return self::claim(node, namespace, text(claim, &["claimName"]));
    }
    let mut files = Vec::new();
    let projected = items(volume, &["projected", "sources"]);
    let sources: Vec<&Value> = if projected.is_empty() {
        vec![volume]
    } else {
        projected.iter().collect()
    };
    for source in sources {
        files.extend(project(node, pod, source)?);
    }
    // A pod of an earlier start can have put links in the places of these files.
    match std::fs::remove_dir_all(&own) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("volume {name}: {error}"));
        }
        _ => {}
    }
    make(&own)?;
    for (path, bytes) in files {
        if Path::new(&path)
            .components()
            .any(|step| !matches!(step, std::path::Component::Normal(_)))
        {
            return Err(format!(
                "volume {name}: the path {path:?} leads out of the volume"
            ));
        }
        let target = own.join(&path);
        if let Some(parent) = target.parent() {
            make(parent)?;
        }
        std::fs::write(&target, bytes).map_err(|error| format!("volume {name}: {error}"))?;
        own_by(node, &target, 0o444)?;
    }
    own_by(node, &own, 0o755)?;
    Ok(own)
}

/// Whether a volume shows objects of the API, and so is read-only.
pub(super) fn is_projected(pod: &Value, name: &str) -> bool {
    let kinds = ["configMap", "secret", "downwardAPI", "projected"];
    let volumes = items(pod, &["spec", "volumes"]);
    let mut found = volumes.iter().filter(|one| text(one, &["name"]) == name);
    found.any(|one| kinds.iter().any(|kind| at(one, &[kind]).is_object()))
}

pub(super) fn own_by(node: &Node, path: &Path, mode: u32) -> Result<(), String> {
    let set = || {
        if let Some((user, group)) = node.user {
            chown(path, Some(user), Some(group))?;
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
    };
    set().map_err(|error: std::io::Error| format!("{}: {error}", path.display()))
}

/// A directory of the machine, if the cluster may show it.
pub(super) fn host_path(node: &Node, path: &str) -> Result<PathBuf, String> {
    let refuse = || {
        format!(
            "hostPath {path} is not allowed: start the cluster with --allow-host-path for this directory or one above it"
        )
    };
    let mut allowed = node.host_paths.iter();
    let (root, rest) = allowed
        .find_map(|root| Some((root, Path::new(path).strip_prefix(root).ok()?)))
        .ok_or_else(refuse)?;
    // A link that a pod made inside an allowed directory must not lead out of it.
    let fail = |error: std::io::Error| format!("hostPath {path}: {error}");
    let beneath = Beneath::open(root).map_err(fail)?;
    beneath.folder(rest, node.user).map_err(fail)?;
    let found = beneath.find(rest).map_err(fail)?;
    std::fs::canonicalize(path_of(&found)).map_err(fail)
}

fn claim(node: &Node, namespace: &str, name: &str) -> Result<PathBuf, String> {
    let objects = &node.objects;
    let read = |known, namespace: &str, name: &str| {
        let call = objects.own_call(known, namespace, "kubelet").ok()?;
        objects.store.get(&call.key(name))
    };
    let claim = read(Known::PersistentVolumeClaim, namespace, name)
        .ok_or_else(|| format!("persistentvolumeclaim {name:?} not found"))?;
    let volume = text(&claim.object, &["spec", "volumeName"]);
    if text(&claim.object, &["status", "phase"]) != "Bound" {
        return Err(format!("persistentvolumeclaim {name:?} is not bound"));
    }
    let volume = read(Known::PersistentVolume, "", volume)
        .ok_or_else(|| format!("persistentvolume {volume:?} not found"))?;
    if text(&volume.object, &["spec", "storageClassName"]) == crate::kinds::DEFAULT_CLASS {
        let path = node.volume_folder(&volume.key.name);
        std::fs::create_dir_all(&path).map_err(|error| format!("claim {name}: {error}"))?;
        own_by(node, &path, 0o777)?;
        return Ok(path);
    }
    host_path(node, text(&volume.object, &["spec", "hostPath", "path"]))
}

/// The files of a configMap, secret or downwardAPI source.
fn project(node: &Node, pod: &Entry, source: &Value) -> Result<Vec<(String, Vec<u8>)>, String> {
    for (field, known, name) in [
        ("configMap", Known::ConfigMap, "name"),
        ("secret", Known::Secret, "secretName"),
    ] {
        let body = at(source, &[field]);
        if !body.is_object() {
            continue;
        }
        let name = match text(body, &[name]) {
            "" => text(body, &["name"]),
            name => name,
        };
        let optional = at(body, &["optional"]) == true;
        let Some(data) = keyed(node, known, &pod.key.namespace, name) else {
            if optional {
                return Ok(Vec::new());
            }
            let kind = if known == Known::Secret {
                "secret"
            } else {
                "configmap"
            };
            return Err(format!("{kind} {name:?} not found"));
        };
        let chosen = items(body, &["items"]);
        if chosen.is_empty() {
            return Ok(data);
        }
        return chosen
            .iter()
            .map(|item| {
                let key = text(item, &["key"]);
                let bytes = data
                    .iter()
                    .find(|(name, _)| name == key)
                    .map(|(_, bytes)| bytes.clone());
                let bytes = bytes
                    .ok_or_else(|| format!("references non-existent key {key:?} of {name:?}"))?;
                Ok((text(item, &["path"]).to_owned(), bytes))
            })
            .collect();
    }
    if at(source, &["downwardAPI"]).is_object() {
        let list = items(source, &["downwardAPI", "items"]).iter();
        return Ok(list
            .map(|item| {
                let value = super::downward::field(pod, text(item, &["fieldRef", "fieldPath"]));
                (text(item, &["path"]).to_owned(), value.into_bytes())
            })
            .collect());
    }
    if at(source, &["serviceAccountToken"]).is_object() {
        // Tokens carry no rights here, so there are none.
        return Ok(Vec::new());
    }
    Err(format!(
        "volume {:?} is of a kind that the embedded cluster does not have; it has emptyDir, configMap, secret, downwardAPI, projected, hostPath and persistentVolumeClaim",
        text(source, &["name"])
    ))
}

/// The keys and values of a ConfigMap or Secret.
pub(super) fn keyed(
    node: &Node,
    known: Known,
    namespace: &str,
    name: &str,
) -> Option<Vec<(String, Vec<u8>)>> {
    let call = node.objects.own_call(known, namespace, "kubelet").ok()?;
    let entry = node.objects.store.get(&call.key(name))?;
    let decode = |value: &str| {
        base64::engine::general_purpose::STANDARD
            .decode(value)
            .unwrap_or_default()
    };
    let secret = known == Known::Secret;
    let mut data: Vec<(String, Vec<u8>)> = pairs(&entry.object, &["data"])
        .map(|(key, value)| {
            (
                key.to_owned(),
                if secret {
                    decode(value)
                } else {
                    value.as_bytes().to_vec()
                },
            )
        })
        .collect();
    if !secret {
        data.extend(
            pairs(&entry.object, &["binaryData"])
                .map(|(key, value)| (key.to_owned(), decode(value))),
        );
    }
    Some(data)
}
