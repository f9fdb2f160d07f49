//! The parameter tree as case files write it: by Go field name, absent fields being zero.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kanister_template::{
    Artifact, Bytes, ConfigMap, Credential, KeyPair, KopiaServerCredential, Location, NamedObject,
    ObjectMeta, Phase, Profile, Secret, TemplateParams, Workload,
};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

type Read<T> = Result<T, String>;

/// Reads a tree.
pub(crate) fn read(json: &Json) -> Read<TemplateParams> {
    let known = [
        "StatefulSet",
        "DeploymentConfig",
        "Deployment",
        "PVC",
        "Namespace",
        "ArtifactsIn",
        "ConfigMaps",
        "Secrets",
        "Time",
        "Profile",
        "Options",
        "Object",
        "CurrentPhase",
        "Phases",
        "DeferPhase",
        "PodOverride",
        "PodAnnotations",
        "PodLabels",
    ];
    if let Some(entries) = json.as_object()
        && let Some(unknown) = entries.keys().find(|key| !known.contains(&key.as_str()))
    {
        return Err(format!("the parameters have no field {unknown}"));
    }
    Ok(TemplateParams {
        stateful_set: optional(json, "StatefulSet", workload)?,
        deployment_config: optional(json, "DeploymentConfig", workload)?,
        deployment: optional(json, "Deployment", workload)?,
        pvc: optional(json, "PVC", named)?,
        namespace: optional(json, "Namespace", named)?,
        artifacts_in: map(json, "ArtifactsIn", artifact)?,
        config_maps: map(json, "ConfigMaps", config_map)?,
        secrets: map(json, "Secrets", secret)?,
        time: text(json, "Time"),
        profile: optional(json, "Profile", profile)?,
        options: strings(json, "Options")?,
        object: document(json, "Object"),
        current_phase: optional(json, "CurrentPhase", phase)?,
        phases: map(json, "Phases", |value| {
            if value.is_null() {
                Ok(None)
            } else {
                phase(value).map(Some)
            }
        })?,
        defer_phase: optional(json, "DeferPhase", phase)?,
        pod_override: document(json, "PodOverride"),
        pod_annotations: strings(json, "PodAnnotations")?,
        pod_labels: strings(json, "PodLabels")?,
    })
}

fn field<'j>(json: &'j Json, name: &str) -> Option<&'j Json> {
    json.get(name).filter(|value| !value.is_null())
}

fn optional<T>(json: &Json, name: &str, read: fn(&Json) -> Read<T>) -> Read<Option<T>> {
    field(json, name).map(read).transpose()
}

fn text(json: &Json, name: &str) -> String {
    field(json, name)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_string()
}

fn map<T>(
    json: &Json,
    name: &str,
    read: impl Fn(&Json) -> Read<T>,
) -> Read<Option<BTreeMap<String, T>>> {
    let Some(value) = field(json, name) else {
        return Ok(None);
    };
    let entries = value
        .as_object()
        .ok_or_else(|| format!("{name} must be an object"))?;
    let entries = match entries.get("$strmap").and_then(Json::as_object) {
        Some(tagged) if entries.len() == 1 => tagged,
        _ => entries,
    };
    entries
        .iter()
        .map(|(key, value)| Ok((key.clone(), read(value)?)))
        .collect::<Read<_>>()
        .map(Some)
}

fn string(json: &Json) -> Read<String> {
    json.as_str()
        .map(str::to_string)
        .ok_or_else(|| format!("{json} must be a string"))
}

fn strings(json: &Json, name: &str) -> Read<Option<BTreeMap<String, String>>> {
    map(json, name, string)
}

fn document(json: &Json, name: &str) -> Option<Map<String, Json>> {
    field(json, name).and_then(Json::as_object).cloned()
}

fn list<T>(json: &Json, name: &str, read: impl Fn(&Json) -> Read<T>) -> Read<Option<Vec<T>>> {
    let Some(value) = field(json, name) else {
        return Ok(None);
    };
    let items = value
        .as_array()
        .ok_or_else(|| format!("{name} must be a list"))?;
    items.iter().map(read).collect::<Read<_>>().map(Some)
}

fn bytes(json: &Json) -> Read<Bytes> {
    let text = json
        .get("$bytes")
        .unwrap_or(json)
        .as_str()
        .ok_or("bytes must be base 64")?;
    STANDARD
        .decode(text)
        .map(Bytes)
        .map_err(|error| error.to_string())
}

fn workload(json: &Json) -> Read<Workload> {
    let names = |json: &Json| -> Read<Vec<String>> {
        json.as_array()
            .ok_or("container names must be a list")?
            .iter()
            .map(string)
            .collect()
    };
    let mounts = |json: &Json| -> Read<BTreeMap<String, String>> {
        Ok(strings(&serde_json::json!({ "claims": json }), "claims")?.unwrap_or_default())
    };
    Ok(Workload {
        name: text(json, "Name"),
        namespace: text(json, "Namespace"),
        pods: list(json, "Pods", string)?,
        containers: list(json, "Containers", names)?,
        persistent_volume_claims: map(json, "PersistentVolumeClaims", mounts)?,
    })
}

fn named(json: &Json) -> Read<NamedObject> {
    Ok(NamedObject {
        name: text(json, "Name"),
        namespace: text(json, "Namespace"),
    })
}

fn artifact(json: &Json) -> Read<Artifact> {
    Ok(Artifact {
        key_value: strings(json, "KeyValue")?,
        kopia_snapshot: text(json, "KopiaSnapshot"),
    })
}

fn meta(json: &Json) -> Read<ObjectMeta> {
    Ok(ObjectMeta {
        name: text(json, "Name"),
        generate_name: text(json, "GenerateName"),
        namespace: text(json, "Namespace"),
        uid: text(json, "UID"),
        resource_version: text(json, "ResourceVersion"),
        generation: field(json, "Generation")
            .and_then(Json::as_i64)
            .unwrap_or_default(),
        labels: strings(json, "Labels")?,
        annotations: strings(json, "Annotations")?,
        finalizers: list(json, "Finalizers", string)?,
        ..ObjectMeta::default()
    })
}

fn secret(json: &Json) -> Read<Secret> {
    Ok(Secret {
        api_version: text(json, "APIVersion"),
        kind: text(json, "Kind"),
        metadata: meta(json)?,
        immutable: field(json, "Immutable").and_then(Json::as_bool),
        data: map(json, "Data", bytes)?,
        string_data: strings(json, "StringData")?,
        secret_type: text(json, "Type"),
    })
}

fn config_map(json: &Json) -> Read<ConfigMap> {
    Ok(ConfigMap {
        api_version: text(json, "APIVersion"),
        kind: text(json, "Kind"),
        metadata: meta(json)?,
        immutable: field(json, "Immutable").and_then(Json::as_bool),
        data: strings(json, "Data")?,
        binary_data: map(json, "BinaryData", bytes)?,
    })
}

fn phase(json: &Json) -> Read<Phase> {
    Ok(Phase {
        secrets: map(json, "Secrets", secret)?,
        config_maps: map(json, "ConfigMaps", config_map)?,
        output: document(json, "Output"),
    })
}

fn profile(json: &Json) -> Read<Profile> {
    let nothing = Json::Null;
    let location = field(json, "Location").unwrap_or(&nothing);
    let credential = field(json, "Credential").unwrap_or(&nothing);
    Ok(Profile {
        location: Location {
            kind: text(location, "Type"),
            bucket: text(location, "Bucket"),
            endpoint: text(location, "Endpoint"),
            prefix: text(location, "Prefix"),
            region: text(location, "Region"),
        },
        credential: Credential {
            kind: text(credential, "Type"),
            key_pair: optional(credential, "KeyPair", |json| {
                Ok(KeyPair {
                    id: text(json, "ID"),
                    secret: text(json, "Secret"),
                })
            })?,
            secret: optional(credential, "Secret", secret)?,
            kopia_server_secret: optional(credential, "KopiaServerSecret", kopia)?,
        },
        skip_ssl_verify: field(json, "SkipSSLVerify")
            .and_then(Json::as_bool)
            .unwrap_or_default(),
    })
}

fn kopia(json: &Json) -> Read<KopiaServerCredential> {
    let number = |json: &Json| {
        json.as_i64()
            .ok_or_else(|| format!("{json} must be a whole number"))
    };
    Ok(KopiaServerCredential {
        username: text(json, "Username"),
        hostname: text(json, "Hostname"),
        password: text(json, "Password"),
        cert: text(json, "Cert"),
        connect_options: map(json, "ConnectOptions", number)?,
    })
}
