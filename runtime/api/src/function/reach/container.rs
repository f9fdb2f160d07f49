//! The containers of a pod.

use serde_json::Value;

use super::{Fields, Part, PodReach, fields, objects, security, text};

/// Keys of a container that reach nothing.
const PLAIN: [&str; 16] = [
    "args",
    "command",
    "imagePullPolicy",
    "name",
    "resizePolicy",
    "resources",
    "restartPolicy",
    "stdin",
    "stdinOnce",
    "targetContainerName",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
];

/// Keys with handlers, which may make the node talk to a host of the pod's choice.
const HANDLERS: [&str; 4] = [
    "lifecycle",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
];

pub(super) fn read(container: &Fields, part: Part, reach: &mut PodReach) -> Result<(), String> {
    match text(container, "image") {
        Ok(image) => {
            let image = image
                .parse()
                .map_err(|error| format!("a container of the pod: {error}"))?;
            reach.images.insert(image);
        }
        Err(_) if part == Part::Override => {}
        Err(_) => return Err("a container of the pod has no image".to_owned()),
    }
    for (key, value) in container {
        match key.as_str() {
            _ if value.is_null() => {}
            "image" => {}
            "env" => {
                for variable in objects(key, value)? {
                    environment(variable, reach)?;
                }
            }
            "envFrom" => {
                for source in objects(key, value)? {
                    environment_source(source, reach)?;
                }
            }
            "ports" => {
                for port in objects(key, value)? {
                    let host_port = port.get("hostPort").unwrap_or(&Value::Null);
                    if !host_port.is_null() && host_port.as_u64() != Some(0) {
                        reach.features.insert("hostPorts".to_owned());
                    }
                }
            }
            "securityContext" => security::read(key, value, reach)?,
            key if HANDLERS.contains(&key) => {
                if names_host(value) {
                    reach.features.insert("probeHost".to_owned());
                }
            }
            key if PLAIN.contains(&key) => {}
            key => {
                reach.features.insert(format!("container:{key}"));
            }
        }
    }
    Ok(())
}

fn environment(variable: &Fields, reach: &mut PodReach) -> Result<(), String> {
    let Some(source) = variable.get("valueFrom").filter(|value| !value.is_null()) else {
        return Ok(());
    };
    for (key, value) in fields("valueFrom", source)? {
        match key {
            "secretKeyRef" => secret(value, reach)?,
            "configMapKeyRef" | "fieldRef" | "resourceFieldRef" => {}
            key => {
                reach.features.insert(format!("valueFrom:{key}"));
            }
        }
    }
    Ok(())
}

fn environment_source(source: &Fields, reach: &mut PodReach) -> Result<(), String> {
    for (key, value) in source.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "secretRef" => secret(value, reach)?,
            "configMapRef" | "prefix" => {}
            key => {
                reach.features.insert(format!("envFrom:{key}"));
            }
        }
    }
    Ok(())
}

fn secret(reference: &Value, reach: &mut PodReach) -> Result<(), String> {
    let reference = reference
        .as_object()
        .ok_or("a reference of the pod is no object")?;
    reach.secrets.insert(text(reference, "name")?);
    Ok(())
}

/// Whether a handler names a host; without one, it is the pod itself.
fn names_host(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            (key == "host" && value.as_str().is_none_or(|host| !host.is_empty()))
                || names_host(value)
        }),
        _ => false,
    }
}
