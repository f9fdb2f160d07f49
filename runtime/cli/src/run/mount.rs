//! `--mount`: a folder of this machine in the helper pods of a run, such as that of a file store.

use anyhow::{Context, bail};
use kanister_api::ActionSpec;
use serde_json::{Map, Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The container of helper pods, by the name that all functions with one container give it.
const CONTAINER: &str = "container";

/// Makes a folder that is missing so that pods can write to it: they may run as somebody else.
///
/// # Errors
/// It cannot be made.
pub fn prepare(folders: &[PathBuf]) -> anyhow::Result<()> {
    for folder in folders.iter().filter(|it| !it.exists()) {
        let failed = || format!("the folder {} cannot be made", folder.display());
        std::fs::create_dir_all(folder).with_context(failed)?;
        let open = std::fs::Permissions::from_mode(0o1777);
        std::fs::set_permissions(folder, open).with_context(failed)?;
    }
    Ok(())
}

/// Adds folders to what an action lays over its pods, each at the path that it has here.
///
/// # Errors
/// A path is no text, or the pod override has another form.
pub fn add(action: &mut ActionSpec, folders: &[PathBuf]) -> anyhow::Result<()> {
    for folder in folders {
        let path = text(folder)?;
        let volumes = list(&mut action.pod_override, "volumes")?;
        let same = |it: &Value| it.pointer("/hostPath/path").and_then(Value::as_str) == Some(path);
        if volumes.iter().any(same) {
            // An earlier run had it already, and its ActionSet is taken over.
            continue;
        }
        let name = format!("mounted-{}", volumes.len());
        volumes.push(json!({"name": name, "hostPath": {"path": path}}));
        let containers = list(&mut action.pod_override, "containers")?;
        let is = |it: &Value| it.get("name").and_then(Value::as_str) == Some(CONTAINER);
        if !containers.iter().any(is) {
            containers.push(json!({"name": CONTAINER}));
        }
        let container = containers.iter_mut().find(|it| is(it));
        let Some(container) = container.and_then(Value::as_object_mut) else {
            bail!("the podOverride of the action has containers that are no objects");
        };
        list(container, "volumeMounts")?.push(json!({"name": name, "mountPath": path}));
    }
    Ok(())
}

fn text(folder: &Path) -> anyhow::Result<&str> {
    folder
        .to_str()
        .with_context(|| format!("the path {} is no UTF-8", folder.display()))
}

fn list<'a>(map: &'a mut Map<String, Value>, key: &str) -> anyhow::Result<&'a mut Vec<Value>> {
    let list = map.entry(key).or_insert_with(|| json!([]));
    list.as_array_mut()
        .with_context(|| format!("{key} in the podOverride of the action is no list"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_added_to_what_is_there() {
        let mut action = ActionSpec {
            pod_override: json!({"containers": [{"name": "container", "tty": true}]})
                .as_object()
                .unwrap()
                .clone(),
            ..ActionSpec::default()
        };
        add(&mut action, &["/a".into()]).unwrap();
        add(&mut action, &["/a".into()]).unwrap();
        assert_eq!(
            Value::Object(action.pod_override),
            json!({
                "containers": [{"name": "container", "tty": true,
                    "volumeMounts": [{"name": "mounted-0", "mountPath": "/a"}]}],
                "volumes": [{"name": "mounted-0", "hostPath": {"path": "/a"}}],
            })
        );
    }
}
