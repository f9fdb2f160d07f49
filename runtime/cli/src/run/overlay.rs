//! Local manifests over what the cluster has.

use super::manifests::Local;
use async_trait::async_trait;
use kanister_engine::{Clients, ClusterClients, ObjectKey, ReadError};
use kanister_host::capability::kube::Cluster;
use serde_json::Value;
use std::collections::HashMap;

/// A cluster, and local objects in front of it. Only the run itself sees them: what it refers to,
/// such as a Profile. Functions and pods see what is in the cluster.
pub struct Overlay {
    below: ClusterClients,
    objects: HashMap<ObjectKey, Value>,
}

impl Overlay {
    /// Lays objects over a cluster.
    pub fn new(cluster: Cluster, objects: &[Local]) -> Self {
        let objects = objects
            .iter()
            .map(|it| (it.key.clone(), it.object.clone()))
            .collect();
        Self {
            below: ClusterClients::new(cluster),
            objects,
        }
    }
}

#[async_trait]
impl Clients for Overlay {
    async fn cluster(&self) -> Result<Cluster, ReadError> {
        self.below.cluster().await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ReadError> {
        match self.objects.get(key) {
            Some(object) => Ok(Some(object.clone())),
            None => self.below.get(key).await,
        }
    }

    async fn list(&self, key: &ObjectKey) -> Result<Vec<Value>, ReadError> {
        let name = |object: &Value| {
            let name = object.pointer("/metadata/name").and_then(Value::as_str);
            name.unwrap_or_default().to_owned()
        };
        let mut objects = self.below.list(key).await?;
        for (own, object) in &self.objects {
            if (&own.group, &own.plural, &own.namespace)
                == (&key.group, &key.plural, &key.namespace)
            {
                objects.retain(|it| name(it) != own.name);
                objects.push(object.clone());
            }
        }
        objects.sort_by_key(name);
        Ok(objects)
    }
}
