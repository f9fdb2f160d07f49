//! References to objects, as Blueprints and outputs write them.

use kanister_sdk::kube::{self, ObjectRef};
use kanister_sdk::output::Outputs;
use kanister_sdk::prelude::*;
use kanister_sdk::serde::{Deserialize, Serialize};
use kanister_sdk::types::ValueType;
use kanister_sdk::{arguments, types};

/// An object: in the arguments, the one to change; as output, the one that was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "kanister_sdk::serde", rename_all = "camelCase", default)]
pub struct Reference {
    /// The version alone: `v1`.
    pub api_version: String,
    pub group: String,
    pub resource: String,
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

impl Reference {
    pub fn target(&self, namespace: Option<&str>) -> ObjectRef {
        kube::resource(&self.group, &self.api_version, &self.resource).object(namespace, &self.name)
    }

    /// Refuses a reference without what every request needs.
    pub fn check(&self, operation: &str) -> Result<(), Invalid> {
        if [&self.api_version, &self.resource, &self.name]
            .iter()
            .any(|text| text.is_empty())
        {
            return Err(Invalid::new(
                "objectReference",
                format!(
                    "missing one or more required fields name/namespace/group/apiVersion/resource \
                     in objectReference for {operation} operation"
                ),
            ));
        }
        Ok(())
    }
}

impl arguments::Kind for Reference {
    const KIND: ValueType = ValueType::Object;
}

impl Outputs for Reference {
    const OPEN: bool = false;

    fn outputs() -> Vec<types::Output> {
        let output = |(name, doc): (&str, &str)| types::Output {
            name: name.to_owned(),
            kind: ValueType::String,
            doc: doc.to_owned(),
            extensions: Vec::new(),
        };
        [
            ("apiVersion", "The version alone: v1."),
            ("group", "The API group; empty for the core group."),
            ("resource", "The resource as it stands in a URL."),
            ("kind", "The kind, if the reference names one."),
            ("name", "The object."),
            (
                "namespace",
                "Its namespace; left out for objects of the cluster.",
            ),
        ]
        .map(output)
        .into()
    }
}
