//! What a transport is about to do.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use kanister_api::function::{
    DomainPattern, HttpScheme, ImageReference, Section, StorageOperation, Verb,
};

/// What a transport is about to do, as it saw it in the request itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A request to the API server.
    Kubernetes(KubernetesAccess),
    /// A question which resources the API server has: harmless, and granted with any right in the
    /// cluster.
    Discovery {
        /// The path of the request.
        path: String,
    },
    /// A command in a container.
    Exec(ExecAccess),
    /// A pod.
    Workload(WorkloadAccess),
    /// An object of a store.
    Storage(StorageAccess),
    /// An outgoing request.
    Http(HttpAccess),
    /// The use of a secret.
    Secret(SecretAccess),
}

/// A request to the API server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesAccess {
    /// What it does.
    pub verb: Verb,
    /// The API group; empty for the core group.
    pub group: String,
    /// The version, which no rule mentions: it changes the form, not the object.
    pub version: String,
    /// The resource as it stands in the URL.
    pub resource: String,
    /// The subresource.
    pub subresource: Option<String>,
    /// The namespace; none for resources of the cluster and for lists over all namespaces.
    pub namespace: Option<String>,
    /// Which objects it is about.
    pub name: ObjectName,
}

/// Which objects a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectName {
    /// Any of them: a list, a watch, the deletion of a collection.
    Any,
    /// This one.
    Exact(String),
    /// One whose name the API server makes up behind this beginning.
    Generated(String),
}

/// A command in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecAccess {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container; none for the pod's default one.
    pub container: Option<String>,
    /// The command line. Secrets in it are still tokens.
    pub argv: Vec<String>,
}

/// A pod, as far as it reaches beyond itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadAccess {
    /// Where it is created.
    pub namespace: String,
    /// The images of all its containers.
    pub images: BTreeSet<ImageReference>,
    /// The service account it names.
    pub service_account: Option<String>,
    /// The PersistentVolumeClaims it mounts.
    pub claims: BTreeSet<String>,
    /// The Secrets it refers to.
    pub secrets: BTreeSet<String>,
    /// The keys of its spec beyond the plain ones.
    pub override_keys: BTreeSet<String>,
    /// What reaches beyond the pod.
    pub features: BTreeSet<String>,
}

/// An object of a store, or the objects of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageAccess {
    /// The slot.
    pub slot: String,
    /// The key or folder within the slot, without slashes at its ends; empty for all of it.
    pub key: String,
    /// What is done.
    pub operation: StorageOperation,
}

/// An outgoing request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAccess {
    /// How it travels.
    pub scheme: HttpScheme,
    /// The host, normalised: [`DomainPattern::Domain`] or [`DomainPattern::Address`].
    pub host: DomainPattern,
    /// The port.
    pub port: u16,
    /// The method, in upper case.
    pub method: String,
    /// The path, normalised and percent-encoded as it is sent.
    pub path: String,
    /// Slots of secrets that authorise it.
    pub credentials: BTreeSet<String>,
    /// The address that the host's name resolved to; none before it is resolved.
    pub address: Option<IpAddr>,
}

/// The use of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretAccess {
    /// The slot.
    pub slot: String,
    /// Whether the guest sees the bytes.
    pub reveal: bool,
}

impl Access {
    /// The section of rules that decides about it; none for [`Access::Discovery`].
    #[must_use]
    pub const fn section(&self) -> Option<Section> {
        match self {
            Self::Kubernetes(_) => Some(Section::Kubernetes),
            Self::Discovery { .. } => None,
            Self::Exec(_) => Some(Section::Exec),
            Self::Workload(_) => Some(Section::Workload),
            Self::Storage(_) => Some(Section::Storage),
            Self::Http(_) => Some(Section::Http),
            Self::Secret(_) => Some(Section::Secrets),
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kubernetes(access) => access.fmt(f),
            Self::Discovery { path } => write!(f, "kubernetes: discovery {path:?}"),
            Self::Exec(access) => access.fmt(f),
            Self::Workload(access) => access.fmt(f),
            Self::Storage(access) => {
                let StorageAccess {
                    slot,
                    key,
                    operation,
                } = access;
                let operation = match operation {
                    StorageOperation::Read => "read",
                    StorageOperation::Write => "write",
                    StorageOperation::Delete => "delete",
                };
                write!(f, "storage: {operation} {key:?} in slot {slot:?}")
            }
            Self::Http(access) => access.fmt(f),
            Self::Secret(SecretAccess { slot, reveal }) => {
                let verb = if *reveal { "reveal" } else { "inject" };
                write!(f, "secrets: {verb} slot {slot:?}")
            }
        }
    }
}

impl fmt::Display for KubernetesAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kubernetes: {} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(subresource) = &self.subresource {
            write!(f, "/{subresource}")?;
        }
        match &self.name {
            ObjectName::Any => {}
            ObjectName::Exact(name) => write!(f, " {name:?}")?,
            ObjectName::Generated(start) => write!(f, " {start:?}…")?,
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace:?}"),
            None => f.write_str(" of the cluster"),
        }
    }
}

impl fmt::Display for ExecAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "exec: {:?} in pod {:?} in namespace {:?}",
            self.argv, self.pod, self.namespace
        )?;
        match &self.container {
            Some(container) => write!(f, ", container {container:?}"),
            None => f.write_str(", default container"),
        }
    }
}

impl fmt::Display for WorkloadAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let images: Vec<String> = self.images.iter().map(ToString::to_string).collect();
        write!(
            f,
            "workload: pod of {} in namespace {:?}",
            images.join(", "),
            self.namespace
        )?;
        if let Some(account) = &self.service_account {
            write!(f, ", service account {account:?}")?;
        }
        for (what, names) in [
            ("claims", &self.claims),
            ("secrets", &self.secrets),
            ("keys", &self.override_keys),
            ("features", &self.features),
        ] {
            if !names.is_empty() {
                write!(f, ", {what} {names:?}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for HttpAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            HttpScheme::Https => "https",
            HttpScheme::Http => "http",
        };
        write!(
            f,
            "http: {} {scheme}://{}:{}{}",
            self.method, self.host, self.port, self.path
        )?;
        if !self.credentials.is_empty() {
            write!(f, " with credentials {:?}", self.credentials)?;
        }
        match self.address {
            Some(address) => write!(f, " at {address}"),
            None => Ok(()),
        }
    }
}
