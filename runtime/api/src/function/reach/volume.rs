//! The volumes of a pod.

use serde_json::Value;

use super::{Fields, PodReach, fields, objects, text};

pub(super) fn read(volume: &Fields, reach: &mut PodReach) -> Result<(), String> {
    for (key, source) in volume.iter().filter(|(_, source)| !source.is_null()) {
        match key.as_str() {
            "name" | "emptyDir" | "configMap" | "downwardAPI" => {}
            "persistentVolumeClaim" => {
                reach.claims.insert(named(source, "claimName")?);
            }
            "secret" => {
                reach.secrets.insert(named(source, "secretName")?);
            }
            "projected" => {
                let sources = source.get("sources").unwrap_or(&Value::Null);
                for source in objects("sources", sources)? {
                    projected(source, reach)?;
                }
            }
            "hostPath" => {
                reach.features.insert(key.clone());
            }
            kind => {
                reach.features.insert(format!("volume:{kind}"));
                references(source, reach);
            }
        }
    }
    Ok(())
}

fn projected(source: &Fields, reach: &mut PodReach) -> Result<(), String> {
    for (key, value) in source.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "configMap" | "downwardAPI" => {}
            "secret" => {
                reach.secrets.insert(named(value, "name")?);
            }
            // An identity of the cluster, for an audience of the pod's choice.
            "serviceAccountToken" => {
                reach.features.insert(key.clone());
            }
            key => {
                reach.features.insert(format!("projected:{key}"));
            }
        }
    }
    Ok(())
}

fn named(source: &Value, key: &str) -> Result<String, String> {
    let source = source
        .as_object()
        .ok_or("a volume of the pod is no object")?;
    text(source, key)
}

/// The Secrets that a volume of another kind refers to, wherever they stand in it.
fn references(source: &Value, reach: &mut PodReach) {
    let Ok(entries) = fields("volume", source) else {
        return;
    };
    for (key, value) in entries {
        match value {
            Value::String(name) if key == "secretName" => {
                reach.secrets.insert(name.clone());
            }
            Value::Object(reference) if key.to_ascii_lowercase().ends_with("secretref") => {
                if let Ok(name) = text(reference, "name") {
                    reach.secrets.insert(name);
                }
            }
            value => references(value, reach),
        }
    }
}
