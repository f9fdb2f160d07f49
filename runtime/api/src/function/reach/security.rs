//! The security contexts of pods and containers.

use serde_json::Value;

use super::{PodReach, fields};

/// Keys that give no more than the image's own user has.
const PLAIN: [&str; 9] = [
    "allowPrivilegeEscalation",
    "fsGroup",
    "fsGroupChangePolicy",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "supplementalGroups",
    "supplementalGroupsPolicy",
];

pub(super) fn read(what: &str, context: &Value, reach: &mut PodReach) -> Result<(), String> {
    for (key, value) in fields(what, context)? {
        match key {
            "privileged" => {
                if *value != Value::Bool(false) {
                    reach.features.insert(key.to_owned());
                }
            }
            "capabilities" => capabilities(value, reach)?,
            // A profile of the node's own choice confines; any other word may not.
            "seccompProfile" | "appArmorProfile" => {
                let kind = value.get("type").and_then(Value::as_str);
                if kind != Some("RuntimeDefault") {
                    reach.features.insert(key.to_owned());
                }
            }
            "procMount" if value == "Default" => {}
            "sysctls" if value.as_array().is_some_and(Vec::is_empty) => {}
            "windowsOptions" => {
                if value
                    .get("hostProcess")
                    .is_some_and(|it| *it != Value::Bool(false))
                {
                    reach.features.insert("hostProcess".to_owned());
                }
            }
            key if PLAIN.contains(&key) => {}
            "procMount" | "seLinuxOptions" | "sysctls" => {
                reach.features.insert(key.to_owned());
            }
            key => {
                reach.features.insert(format!("securityContext:{key}"));
            }
        }
    }
    Ok(())
}

fn capabilities(value: &Value, reach: &mut PodReach) -> Result<(), String> {
    for (key, list) in fields("capabilities", value)? {
        if key == "drop" {
            continue;
        }
        let names = list
            .as_array()
            .ok_or("capabilities of the pod are no list")?;
        for name in names {
            let name = name
                .as_str()
                .ok_or("a capability of the pod is no text")?
                .to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            reach.features.insert(format!("capability:{name}"));
        }
    }
    Ok(())
}
