//! The cluster that the kubeconfig names.

use std::fmt::Debug;

use kube::api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, PostParams};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Config};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::hide::remember;
use crate::kubeconfig;

/// A cluster that may be asked, and the namespace of the context.
pub(crate) struct Cluster {
    config: Config,
}

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
}

impl Resource {
    pub(crate) fn new(group: &str, version: &str, plural: &str) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            plural: plural.into(),
        }
    }

    fn api_resource(&self) -> ApiResource {
        // The kind is not sent; the plural is what counts.
        let kind = GroupVersionKind::gvk(&self.group, &self.version, "Object");
        ApiResource::from_gvk_with_plural(&kind, &self.plural)
    }
}

impl Cluster {
    /// Reads the kubeconfig; nothing is sent yet.
    ///
    /// # Errors
    /// There is none, or it cannot be used.
    pub(crate) async fn from_kubeconfig() -> Result<Self, Error> {
        let config = Config::infer().await;
        let mut config = config.map_err(|e| Error::Kubeconfig(kubeconfig::fault(&e)))?;
        remember_credentials(&config);
        // A proxy cannot reach this machine's own addresses for it.
        let host = config.cluster_url.host().unwrap_or_default();
        if host == "localhost" || host.starts_with("127.") || host == "[::1]" {
            config.proxy_url = None;
        }
        Ok(Self { config })
    }

    /// The namespace of the context.
    pub(crate) fn namespace(&self) -> &str {
        &self.config.default_namespace
    }

    fn client(&self) -> Result<Client, Error> {
        Client::try_from(self.config.clone()).map_err(|e| failed("the cluster cannot be used", e))
    }

    /// An API of `namespace`.
    pub(crate) fn api<K>(&self, namespace: &str) -> Result<Api<K>, Error>
    where
        K: kube::Resource<Scope = NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Ok(Api::namespaced(self.client()?, namespace))
    }

    fn dynamic(&self, resource: &Resource, namespace: &str) -> Result<Api<DynamicObject>, Error> {
        let client = self.client()?;
        Ok(match namespace.is_empty() {
            true => Api::all_with(client, &resource.api_resource()),
            false => Api::namespaced_with(client, namespace, &resource.api_resource()),
        })
    }

    /// The object.
    ///
    /// # Errors
    /// It is not there, or the cluster does not say.
    pub(crate) async fn get<K>(&self, what: &str, namespace: &str, name: &str) -> Result<K, Error>
    where
        K: kube::Resource<Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
        K::DynamicType: Default,
    {
        let found = self.api::<K>(namespace)?.get(name).await;
        found.map_err(|e| failed(&format!("{what} {name:?} in namespace {namespace:?}"), e))
    }

    /// Creates the object.
    ///
    /// # Errors
    /// The cluster refuses it.
    pub(crate) async fn create<K>(
        &self,
        what: &str,
        namespace: &str,
        object: &K,
    ) -> Result<K, Error>
    where
        K: kube::Resource<Scope = NamespaceResourceScope>
            + Clone
            + Serialize
            + DeserializeOwned
            + Debug,
        K::DynamicType: Default,
    {
        let created = self
            .api::<K>(namespace)?
            .create(&PostParams::default(), object)
            .await;
        created.map_err(|e| failed(&format!("failed to create {what}"), e))
    }

    /// Whether the object is there; None if the cluster says that it is not.
    ///
    /// # Errors
    /// The cluster does not say.
    pub(crate) async fn exists(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Result<(), Error> {
        let plural = &resource.plural;
        let found = self.dynamic(resource, namespace)?.get_metadata(name).await;
        found
            .map(drop)
            .map_err(|e| failed(&format!("{plural} {name:?}"), e))
    }

    /// Namespaces and names of the objects that `selector` finds, in their order; None if the cluster
    /// does not know the kind.
    ///
    /// # Errors
    /// The selector is none, or the cluster does not say.
    pub(crate) async fn select(
        &self,
        resource: &Resource,
        namespace: &str,
        selector: &str,
    ) -> Result<Option<Vec<(String, String)>>, Error> {
        let api = self.dynamic(resource, namespace)?;
        let found = api
            .list_metadata(&ListParams::default().labels(selector))
            .await;
        let found = match found {
            Ok(found) => found,
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(None),
            Err(e) => {
                let what = format!("the selector {selector:?} for {}", resource.plural);
                return Err(failed(&what, e));
            }
        };
        let mut names: Vec<_> = found
            .items
            .into_iter()
            .map(|item| {
                let metadata = item.metadata;
                (
                    metadata.namespace.unwrap_or_default(),
                    metadata.name.unwrap_or_default(),
                )
            })
            .collect();
        names.sort();
        Ok(Some(names))
    }
}

/// An answer may repeat what it was asked with.
fn remember_credentials(config: &Config) {
    // As JSON it is the file's `user`, in which the library's own type hides what it holds.
    let Ok(user) = serde_json::to_value(&config.auth_info) else {
        return;
    };
    let plain = ["/token", "/password", "/client-key-data"];
    let provider = ["id-token", "refresh-token", "access-token", "client-secret"];
    let provider = provider.map(|name| format!("/auth-provider/config/{name}"));
    let text = |place: &str| user.pointer(place)?.as_str();
    // As it is sent.
    if let (Some(name), Some(password)) = (text("/username"), text("/password")) {
        remember(&format!("{name}:{password}"));
    }
    let places = plain.into_iter().chain(provider.iter().map(String::as_str));
    places.filter_map(text).for_each(remember);
}

fn failed(what: &str, cause: kube::Error) -> Error {
    Error::Cluster {
        what: what.into(),
        cause: Box::new(cause),
    }
}
