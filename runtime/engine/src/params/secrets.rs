//! Secrets and ConfigMaps by their names in templates.

use super::read::{ParamsError, Reader, typed};
use crate::seat::ObjectKey;
use kanister_api::ObjectReference;
use kanister_template::{ConfigMap, Secret};
use serde_json::Value;
use std::collections::BTreeMap;

/// The Secret behind a reference; only name and namespace count.
pub(super) fn secret_key(reference: &ObjectReference) -> ObjectKey {
    ObjectKey::namespaced("", "v1", "secrets", &reference.namespace, &reference.name)
}

fn config_map_key(reference: &ObjectReference) -> ObjectKey {
    ObjectKey::namespaced("", "v1", "configmaps", &reference.namespace, &reference.name)
}

/// All Secrets of a map of references.
pub(super) async fn secrets(
    reader: &Reader,
    references: &BTreeMap<String, ObjectReference>,
) -> Result<BTreeMap<String, Secret>, ParamsError> {
    let mut secrets = BTreeMap::new();
    for (name, reference) in references {
        let secret = reader.typed(&secret_key(reference)).await?;
        secrets.insert(name.clone(), secret);
    }
    Ok(secrets)
}

/// All ConfigMaps of a map of references, as the API answered.
pub(super) async fn config_maps(
    reader: &Reader,
    references: &BTreeMap<String, ObjectReference>,
) -> Result<BTreeMap<String, Value>, ParamsError> {
    let mut config_maps = BTreeMap::new();
    for (name, reference) in references {
        let config_map = reader.get(&config_map_key(reference)).await?;
        config_maps.insert(name.clone(), config_map);
    }
    Ok(config_maps)
}

/// ConfigMaps as templates see them.
pub(super) fn as_config_maps(
    values: &BTreeMap<String, Value>,
) -> Result<BTreeMap<String, ConfigMap>, ParamsError> {
    values
        .iter()
        .map(|(name, value)| {
            let key = ObjectKey::namespaced("", "v1", "configmaps", "", name);
            Ok((name.clone(), typed(&key, value.clone())?))
        })
        .collect()
}

/// What a phase refers to: Secrets and ConfigMaps; other kinds are ignored, as upstream does.
pub(crate) async fn objects(
    reader: &Reader,
    references: &BTreeMap<String, ObjectReference>,
) -> Result<kanister_template::Phase, ParamsError> {
    let of_kind = |kind: &str| -> BTreeMap<String, ObjectReference> {
        references
            .iter()
            .filter(|(_, reference)| reference.kind.eq_ignore_ascii_case(kind))
            .map(|(name, reference)| (name.clone(), reference.clone()))
            .collect()
    };
    let secrets = secrets(reader, &of_kind("secret")).await?;
    let config_maps = config_maps(reader, &of_kind("configmap")).await?;
    Ok(kanister_template::Phase {
        secrets: Some(secrets),
        config_maps: Some(as_config_maps(&config_maps)?),
        output: None,
    })
}
