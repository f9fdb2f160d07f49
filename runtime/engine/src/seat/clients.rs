//! The cluster that a run works in.

use async_trait::async_trait;
use kanister_host::capability::kube::Cluster;
use serde_json::Value;

/// Why an object was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The API server said no, and will again.
    #[error("{0}")]
    Refused(String),
    /// Worth trying again.
    #[error("{0}")]
    Unavailable(String),
}

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version in the group.
    pub version: String,
    /// The resource as it stands in a URL: `deployments`.
    pub plural: String,
    /// The namespace; none for objects of the cluster.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// An object of a namespace.
    #[must_use]
    pub fn namespaced(
        group: &str,
        version: &str,
        plural: &str,
        namespace: &str,
        name: &str,
    ) -> Self {
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: plural.to_owned(),
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    /// The API server's words for an object that is not there: `deployments.apps "db" not found`.
    #[must_use]
    pub fn not_found(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!(
            "{}{dot}{} \"{}\" not found",
            self.plural, self.group, self.name
        )
    }
}

/// The cluster that functions work in, and what templates refer to. A laptop may lay local
/// manifests over what the cluster has.
#[async_trait]
pub trait Clients: Send + Sync {
    /// The cluster as functions get it, behind the gate.
    ///
    /// # Errors
    /// See [`ReadError`].
    async fn cluster(&self) -> Result<Cluster, ReadError>;

    /// An object; none if it is not there.
    ///
    /// # Errors
    /// See [`ReadError`].
    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ReadError>;

    /// All objects of a resource in a namespace, in the order of their names; the key's own name
    /// says nothing.
    ///
    /// # Errors
    /// See [`ReadError`].
    async fn list(&self, key: &ObjectKey) -> Result<Vec<Value>, ReadError>;
}
