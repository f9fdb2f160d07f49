//! Profiles of Kubernetes with the contents of their Secrets.

use super::Cluster;
use crate::capability::io::IoError;
use crate::capability::storage::ProfileSource;
use async_trait::async_trait;
use k8s_openapi::api::core::v1::Secret;
use kanister_api::ObjectReference;
use kanister_storage::{Profile, SecretData};
use kube::Api;

/// Reads Profiles and their Secrets with the host's own connection: whoever named the
/// Profile, in the ActionSet or in a grant, decided about it.
pub struct ClusterProfiles {
    cluster: Cluster,
}

impl ClusterProfiles {
    /// The Profiles of a cluster.
    #[must_use]
    pub fn new(cluster: Cluster) -> Self {
        Self { cluster }
    }

    /// A Profile that is at hand, with the contents of its Secret.
    ///
    /// # Errors
    /// The Secret, or a key of it, is not there or cannot be read.
    pub async fn resolve(&self, profile: &kanister_api::Profile) -> Result<Profile, IoError> {
        let secret = match Profile::secret_of(profile) {
            Some(reference) => {
                let home = profile.metadata.namespace.as_deref().unwrap_or_default();
                Some(self.secret(reference, home).await?)
            }
            None => None,
        };
        Ok(Profile::resolve(profile, secret)?)
    }

    /// The Secret; in the Profile's own namespace if the reference names none.
    async fn secret(&self, reference: &ObjectReference, home: &str) -> Result<SecretData, IoError> {
        let ObjectReference {
            name, namespace, ..
        } = reference;
        let namespace = match namespace.as_str() {
            "" => home,
            namespace => namespace,
        };
        let secrets: Api<Secret> = Api::namespaced(self.cluster.host.clone(), namespace);
        let what = format!("the Secret {namespace}/{name} of the Profile");
        let secret = secrets.get_opt(name).await;
        let secret = secret.map_err(|error| failed(&what, &error))?;
        let secret = secret.ok_or_else(|| missing(&what))?;
        let data = secret.data.unwrap_or_default();
        Ok(SecretData::new(
            format!("{namespace}:{name}"),
            secret.type_.unwrap_or_default(),
            data.into_iter().map(|(key, value)| (key, value.0)),
        ))
    }
}

fn missing(what: &str) -> IoError {
    IoError::Other(format!(
        "{what} does not exist; create it, or correct the reference to it"
    ))
}

fn failed(what: &str, error: &kube::Error) -> IoError {
    IoError::Unavailable(format!("{what} cannot be read: {error}"))
}

#[async_trait]
impl ProfileSource for ClusterProfiles {
    async fn get(&self, namespace: &str, name: &str) -> Result<Profile, IoError> {
        let profiles: Api<kanister_api::Profile> =
            Api::namespaced(self.cluster.host.clone(), namespace);
        let what = format!("the Profile {namespace}/{name}");
        let profile = profiles.get_opt(name).await;
        let profile = profile.map_err(|error| failed(&what, &error))?;
        self.resolve(&profile.ok_or_else(|| missing(&what))?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::kube::PodDefaults;
    use http::{Request, Response, StatusCode};
    use kanister_storage::Credential;
    use kube::client::Body;
    use serde_json::{Value, json};

    fn answer(path: &str) -> Option<Value> {
        let profile = |secret: &str| {
            json!({
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "p", "namespace": "shop"},
                "location": {"type": "s3Compliant", "bucket": "b"},
                "credential": {
                    "type": "keyPair",
                    "keyPair": {"idField": "id", "secretField": "key", "secret": {"name": secret}},
                },
            })
        };
        Some(match path {
            "/apis/cr.kanister.io/v1alpha1/namespaces/shop/profiles/whole" => profile("keys"),
            "/apis/cr.kanister.io/v1alpha1/namespaces/shop/profiles/half" => profile("half"),
            "/apis/cr.kanister.io/v1alpha1/namespaces/shop/profiles/lost" => profile("gone"),
            "/api/v1/namespaces/shop/secrets/keys" => {
                json!({"metadata": {}, "data": {"id": "aWQ=", "key": "Y2FuYXJ5"}})
            }
            "/api/v1/namespaces/shop/secrets/half" => {
                json!({"metadata": {}, "data": {"id": "Y2FuYXJ5"}})
            }
            _ => return None,
        })
    }

    fn profiles() -> ClusterProfiles {
        let service = tower::service_fn(|request: Request<Body>| async move {
            let none = json!({
                "kind": "Status", "status": "Failure", "reason": "NotFound", "message": "", "code": 404,
            });
            let (status, body) = match answer(request.uri().path()) {
                Some(body) => (StatusCode::OK, body),
                None => (StatusCode::NOT_FOUND, none),
            };
            let mut response = Response::new(Body::from(body.to_string().into_bytes()));
            *response.status_mut() = status;
            Ok::<_, std::io::Error>(response)
        });
        let client = kube::Client::new(service, "shop");
        ClusterProfiles::new(Cluster::new(client, "shop", PodDefaults::default()))
    }

    #[tokio::test]
    async fn a_profile_comes_with_its_secret() {
        let profile = profiles().get("shop", "whole").await.unwrap();
        assert_eq!(profile.location.bucket, "b");
        let Credential::KeyPair { id, secret } = profile.credential else {
            panic!("no key pair");
        };
        assert_eq!((id.as_str(), secret.expose_text()), ("id", "canary"));
    }

    #[tokio::test]
    async fn what_is_missing_is_named_and_no_value_is() {
        for (name, missing) in [
            ("none", "the Profile shop/none does not exist"),
            ("lost", "the Secret shop/gone of the Profile does not exist"),
            ("half", "Key 'key' not found in secret 'shop:half'"),
        ] {
            let error = profiles().get("shop", name).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(missing), "{text}");
            assert!(!format!("{error:?}").contains("canary"));
        }
    }
}
