//! References to the objects that are followed.

use kanister_sdk::kube::{self, ObjectRef};
use kanister_sdk::prelude::*;
use kanister_sdk::serde::Deserialize;
use kanister_sdk::types::Scope;

/// An object, as Blueprints refer to it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(crate = "kanister_sdk::serde", rename_all = "camelCase", default)]
pub struct Target {
    group: String,
    /// The version alone: `v1`.
    api_version: String,
    resource: String,
    /// Empty for objects of the cluster.
    namespace: String,
    name: String,
}

impl Target {
    /// Refuses a reference to nothing. `path` is where it stands.
    pub fn check(&self, path: &str) -> Result<(), Invalid> {
        for (field, text) in [
            ("apiVersion", &self.api_version),
            ("resource", &self.resource),
            ("name", &self.name),
        ] {
            if text.is_empty() {
                return Err(Invalid::new(format!("{path}.{field}"), "it is missing"));
            }
        }
        Ok(())
    }

    fn namespace(&self) -> Option<&str> {
        Some(self.namespace.as_str()).filter(|namespace| !namespace.is_empty())
    }

    /// The object of the API.
    pub fn object(&self) -> ObjectRef {
        kube::resource(&self.group, &self.api_version, &self.resource)
            .object(self.namespace(), &self.name)
    }

    /// Following it.
    pub fn accesses(&self) -> Vec<Access> {
        let scope = self.namespace().map_or(Scope::Cluster, access::namespace);
        access::resource(&self.group, &self.resource).verbs(
            &["list", "watch"],
            scope,
            Some(&self.name),
        )
    }

    /// As Kubernetes calls it in messages.
    pub fn text(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!("{}{dot}{} {:?}", self.resource, self.group, self.name)
    }
}
