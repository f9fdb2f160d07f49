//! The part of the parameters that is kept.

use kanister_template::{NamedObject, Workload};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Bytes that the snapshots of one ActionSet may have together: a ConfigMap takes a mebibyte. What
/// is larger is read again when a run is resumed.
pub(crate) const LARGEST: usize = 512 << 10;

/// What was read when the action began, without secrets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Snapshot {
    pub(crate) subject: Subject,
    /// The content of the subject; none if that is secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<Map<String, Value>>,
    /// ConfigMaps by their name in templates, as the API answered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) config_maps: BTreeMap<String, Value>,
}

/// What the subject is beyond its content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Subject {
    StatefulSet(#[serde(with = "workload")] Workload),
    Deployment(#[serde(with = "workload")] Workload),
    DeploymentConfig(#[serde(with = "workload")] Workload),
    Pvc(#[serde(with = "named")] NamedObject),
    Namespace(#[serde(with = "named")] NamedObject),
    #[default]
    Other,
}

/// A workload as it is written down.
mod workload {
    use kanister_template::Workload;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Written {
        name: String,
        namespace: String,
        pods: Option<Vec<String>>,
        containers: Option<Vec<Vec<String>>>,
        claims: Option<BTreeMap<String, BTreeMap<String, String>>>,
    }

    pub(super) fn serialize<S: Serializer>(
        workload: &Workload,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let Workload {
            name,
            namespace,
            pods,
            containers,
            persistent_volume_claims,
        } = workload.clone();
        let claims = persistent_volume_claims;
        Written {
            name,
            namespace,
            pods,
            containers,
            claims,
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Workload, D::Error> {
        let Written {
            name,
            namespace,
            pods,
            containers,
            claims,
        } = Written::deserialize(deserializer)?;
        Ok(Workload {
            name,
            namespace,
            pods,
            containers,
            persistent_volume_claims: claims,
        })
    }
}

/// A claim or namespace as it is written down.
mod named {
    use kanister_template::NamedObject;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        object: &NamedObject,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let NamedObject { name, namespace } = object;
        [name, namespace].serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<NamedObject, D::Error> {
        let [name, namespace] = <[String; 2]>::deserialize(deserializer)?;
        Ok(NamedObject { name, namespace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let workload = Workload {
            name: "db".to_owned(),
            namespace: "shop".to_owned(),
            pods: Some(vec!["db-0".to_owned()]),
            containers: Some(vec![vec!["main".to_owned()]]),
            persistent_volume_claims: Some(BTreeMap::from([(
                "db-0".to_owned(),
                BTreeMap::from([("data".to_owned(), "/var/lib".to_owned())]),
            )])),
        };
        let named = NamedObject {
            name: "n".to_owned(),
            namespace: "m".to_owned(),
        };
        for subject in [
            Subject::StatefulSet(workload.clone()),
            Subject::Deployment(workload.clone()),
            Subject::DeploymentConfig(workload),
            Subject::Pvc(named.clone()),
            Subject::Namespace(named),
            Subject::Other,
        ] {
            let snapshot = Snapshot {
                subject,
                object: Some(Map::from_iter([("a".to_owned(), 1.into())])),
                config_maps: BTreeMap::new(),
            };
            let text = serde_json::to_string(&snapshot).unwrap();
            assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
        }
    }
}
