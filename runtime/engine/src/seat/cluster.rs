//! Reading from a cluster.

use super::clients::{Clients, ObjectKey, ReadError};
use async_trait::async_trait;
use kanister_host::capability::kube::Cluster;
use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::{Api, ResourceExt};
use serde_json::Value;

/// Objects in one answer of a list.
const PAGE: u32 = 500;

/// A cluster, and nothing laid over it.
#[derive(Clone)]
pub struct ClusterClients {
    cluster: Cluster,
}

impl ClusterClients {
    /// Reads with the connection of the host.
    #[must_use]
    pub fn new(cluster: Cluster) -> Self {
        Self { cluster }
    }

    fn api(&self, key: &ObjectKey) -> Api<DynamicObject> {
        let ObjectKey {
            group,
            version,
            plural,
            namespace,
            name: _,
        } = key;
        let api_version = if group.is_empty() {
            version.clone()
        } else {
            format!("{group}/{version}")
        };
        let resource = ApiResource {
            group: group.clone(),
            version: version.clone(),
            api_version,
            // Only what is created needs it.
            kind: String::new(),
            plural: plural.clone(),
        };
        let client = self.cluster.host.clone();
        match namespace {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        }
    }
}

#[async_trait]
impl Clients for ClusterClients {
    async fn cluster(&self) -> Result<Cluster, ReadError> {
        Ok(self.cluster.clone())
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ReadError> {
        let found = self.api(key).get_opt(&key.name).await.map_err(read_error)?;
        found.map(|object| json(&object)).transpose()
    }

    async fn list(&self, key: &ObjectKey) -> Result<Vec<Value>, ReadError> {
        let api = self.api(key);
        let mut params = ListParams::default().limit(PAGE);
        let mut objects = Vec::new();
        loop {
            let page = api.list(&params).await.map_err(read_error)?;
            let next = page.metadata.continue_.clone();
            objects.extend(page.items);
            match next.filter(|token| !token.is_empty()) {
                Some(token) => params = params.continue_token(&token),
                None => break,
            }
        }
        objects.sort_by_key(DynamicObject::name_any);
        objects.iter().map(json).collect()
    }
}

fn json(object: &DynamicObject) -> Result<Value, ReadError> {
    serde_json::to_value(object)
        .map_err(|error| ReadError::Refused(format!("the answer is no object: {error}")))
}

/// What the API server says, in its own words where it spoke.
fn read_error(error: kube::Error) -> ReadError {
    match error {
        kube::Error::Api(status) if status.code == 429 || status.code >= 500 => {
            ReadError::Unavailable(status.message.clone())
        }
        kube::Error::Api(status) => ReadError::Refused(status.message.clone()),
        other => ReadError::Unavailable(format!("the API server does not answer: {other}")),
    }
}
