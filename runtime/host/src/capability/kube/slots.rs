//! Secrets of Kubernetes behind the slots of a call.

use super::Cluster;
use crate::authority::BoundSlot;
use crate::capability::secrets::{SecretError, SecretSource};
use crate::secret::SecretBytes;
use async_trait::async_trait;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use std::collections::BTreeMap;

/// The slots of one call, as its grants bind them. The host reads the Secret with its own
/// connection: the operator who bound the slot decided, and the gate has let the use pass.
pub struct SlotSecrets {
    cluster: Cluster,
    slots: BTreeMap<String, BoundSlot>,
}

impl SlotSecrets {
    /// Secrets of a cluster behind these slots.
    #[must_use]
    pub fn new(cluster: Cluster, slots: BTreeMap<String, BoundSlot>) -> Self {
        Self { cluster, slots }
    }
}

#[async_trait]
impl SecretSource for SlotSecrets {
    async fn get(&self, slot: &str) -> Result<SecretBytes, SecretError> {
        let Some(BoundSlot::Secret {
            namespace,
            name,
            key,
        }) = self.slots.get(slot)
        else {
            return Err(SecretError::Other(format!(
                "no grant binds the slot {slot} to a Secret; a grant does so with `slots: \
                 {{{slot}: {{secret: {{name: …, key: …}}}}}}`"
            )));
        };
        let secrets: Api<Secret> = Api::namespaced(self.cluster.host.clone(), namespace);
        let secret = secrets.get_opt(name).await.map_err(|error| {
            SecretError::Unavailable(format!("the Secret {namespace}/{name}: {error}"))
        })?;
        let data = secret.and_then(|secret| secret.data).unwrap_or_default();
        data.into_iter()
            .find(|(name, _)| name == key)
            .map(|(_, bytes)| SecretBytes::new(bytes.0))
            .ok_or(SecretError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::kube::PodDefaults;
    use http::{Request, Response, StatusCode};
    use kube::client::Body;

    fn secrets() -> SlotSecrets {
        let service = tower::service_fn(|request: Request<Body>| async move {
            let known = request.uri().path() == "/api/v1/namespaces/shop/secrets/api";
            let (status, body) = if known {
                (
                    StatusCode::OK,
                    r#"{"metadata":{"name":"api"},"data":{"token":"c2VjcmV0"}}"#,
                )
            } else {
                let missing = r#"{"kind":"Status","status":"Failure","reason":"NotFound","message":"none","code":404}"#;
                (StatusCode::NOT_FOUND, missing)
            };
            let mut response = Response::new(Body::from(body.as_bytes().to_vec()));
            *response.status_mut() = status;
            Ok::<_, std::io::Error>(response)
        });
        let cluster = Cluster::new(
            kube::Client::new(service, "shop"),
            "shop",
            PodDefaults::default(),
        );
        let bound = |name: &str, key: &str| BoundSlot::Secret {
            namespace: "shop".to_owned(),
            name: name.to_owned(),
            key: key.to_owned(),
        };
        let slots = [
            ("api", bound("api", "token")),
            ("no-key", bound("api", "other")),
            ("no-secret", bound("gone", "token")),
        ];
        let slots = slots.map(|(slot, bound)| (slot.to_owned(), bound));
        SlotSecrets::new(cluster, slots.into())
    }

    #[tokio::test]
    async fn a_bound_slot_has_the_bytes_of_its_key() {
        let secrets = secrets();
        assert_eq!(secrets.get("api").await.unwrap().expose(), b"secret");
        for missing in ["no-key", "no-secret"] {
            assert_eq!(secrets.get(missing).await, Err(SecretError::NotFound));
        }
        let unbound = secrets.get("other").await.unwrap_err();
        assert!(
            unbound
                .to_string()
                .contains("no grant binds the slot other")
        );
    }
}
