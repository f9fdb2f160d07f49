//! The one grammar of rules.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::PatternError;
use super::pattern::{
    AddressPattern, ArgvPattern, ContainerPattern, HostPattern, ImagePattern, KeyPrefix,
    MethodPattern, NamePattern, NamespacePattern, WordPattern, text_serde,
};
use super::size::ByteSize;

/// Rules of every section. An access is allowed if one rule of its section allows all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// Requests to the API server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kubernetes: Vec<KubernetesRule>,
    /// Commands in containers that exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exec: Vec<ExecRule>,
    /// Helper pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workload: Vec<WorkloadRule>,
    /// Object stores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<StorageRule>,
    /// Outgoing requests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpRule>,
    /// Secrets behind slots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretRule>,
}

impl Rules {
    /// Whether nothing is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A section of [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Section {
    /// Requests to the API server.
    Kubernetes,
    /// Commands in containers that exist.
    Exec,
    /// Helper pods.
    Workload,
    /// Object stores.
    Storage,
    /// Outgoing requests.
    Http,
    /// Secrets behind slots.
    Secrets,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kubernetes => "kubernetes",
            Self::Exec => "exec",
            Self::Workload => "workload",
            Self::Storage => "storage",
            Self::Http => "http",
            Self::Secrets => "secrets",
        })
    }
}

/// Requests to the API server, as RBAC has them.
///
/// Commands in containers are not among them, whatever is written here: they need an [`ExecRule`].
/// A pod needs a [`WorkloadRule`] to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubernetesRule {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection` or `*`.
    pub verbs: Vec<VerbPattern>,
    /// API groups; `""` is the core group.
    pub groups: Vec<WordPattern>,
    /// Resources as they stand in URLs: `deployments`.
    pub resources: Vec<WordPattern>,
    /// Subresources. Without it the rule is for the resources themselves, with it only for these
    /// subresources of them. `*` leaves out those that reach beyond the object, which have to be
    /// named: `attach`, `portforward`, `proxy`, `ephemeralcontainers`, `token`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subresources: Vec<WordPattern>,
    /// Namespaces. `*` is every namespace; `$cluster` stands for requests outside of any namespace:
    /// resources of the cluster, and lists over all namespaces.
    pub namespaces: Vec<NamespacePattern>,
    /// Names of objects. A list or watch has a name only if its field selector says
    /// `metadata.name=…`; without that it needs `*`.
    pub names: Vec<NamePattern>,
}

/// Commands in containers that exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecRule {
    /// Namespaces of the pods.
    pub namespaces: Vec<NamespacePattern>,
    /// Names of the pods.
    pub pods: Vec<NamePattern>,
    /// Containers; `$default` is the one that Kubernetes chooses if none is named.
    pub containers: Vec<ContainerPattern>,
    /// Command lines, argument by argument: `[pg_dump, "**"]`.
    pub argv: Vec<ArgvPattern>,
}

/// Helper pods. A pod is allowed if one rule allows all that it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadRule {
    /// Namespaces in which pods may be created.
    pub namespaces: Vec<NamespacePattern>,
    /// Images of all containers, init and ephemeral ones included.
    pub images: Vec<ImagePattern>,
    /// Service accounts that a pod may name. The one that the host chooses needs no mention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_accounts: Vec<NamePattern>,
    /// PersistentVolumeClaims that a pod may mount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<NamePattern>,
    /// Secrets that a pod may refer to: as a volume, in its environment or to pull images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<NamePattern>,
    /// Keys of the PodSpec beyond the plain ones that every helper pod has, such as `nodeSelector`
    /// or `tolerations`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub override_keys: Vec<NamePattern>,
    /// What reaches beyond the pod: `hostPath`, `hostNetwork`, `hostPID`, `hostIPC`, `hostPorts`,
    /// `privileged`, `capability:NET_ADMIN`, `volume:nfs` and others; a denial names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<NamePattern>,
}

/// A place in an object store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StorageRule {
    /// The slot. `profile` is the Profile of the action; others are bound by the grant.
    pub slot: String,
    /// What may be done there.
    pub access: Vec<StorageOperation>,
    /// The folder within the slot: `dumps/` allows `dumps/1.sql` and not `dumpster`. Without it, the
    /// whole slot.
    #[serde(default, skip_serializing_if = "KeyPrefix::is_whole")]
    pub prefix: KeyPrefix,
}

/// What is done in an object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StorageOperation {
    /// Read objects, their metadata and lists of them.
    Read,
    /// Create and replace objects.
    Write,
    /// Delete objects.
    Delete,
}

/// Outgoing requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpRule {
    /// Hosts: `example.com`, `*.example.com` (any name below it, not itself), `example.com:8443`,
    /// `example.com:*` or `*`. Without a port, the scheme's own.
    pub hosts: Vec<HostPattern>,
    /// `GET`, `POST`, … or `*`.
    pub methods: Vec<MethodPattern>,
    /// `https` if left out; `http` has to be written.
    #[serde(
        default = "HttpScheme::only_https",
        skip_serializing_if = "HttpScheme::is_only_https"
    )]
    pub schemes: Vec<HttpScheme>,
    /// The folder of the URL: `/v1` allows `/v1` and `/v1/x`, not `/v10`. Without it, every path.
    #[serde(default, skip_serializing_if = "KeyPrefix::is_whole")]
    pub path_prefix: KeyPrefix,
    /// Addresses that the host's name may resolve to: `public` if left out; `private` (the private
    /// ranges of RFC 1918, RFC 4193 and RFC 6598) and CIDR blocks have to be written, and only a
    /// block allows loopback, link-local and other special addresses.
    #[serde(
        default = "AddressPattern::only_public",
        skip_serializing_if = "AddressPattern::is_only_public"
    )]
    pub addresses: Vec<AddressPattern>,
    /// Slots of secrets that may authorise these requests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<NamePattern>,
    /// The longest answer that is accepted; without it, the host's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_limit: Option<ByteSize>,
}

/// How an outgoing request travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HttpScheme {
    /// With TLS.
    Https,
    /// In clear text.
    Http,
}

impl HttpScheme {
    fn only_https() -> Vec<Self> {
        vec![Self::Https]
    }

    fn is_only_https(schemes: &[Self]) -> bool {
        schemes == [Self::Https]
    }
}

/// A secret behind a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretRule {
    /// The slot, bound by the grant.
    pub slot: String,
    /// What may be done with it.
    #[serde(rename = "use")]
    pub uses: Vec<SecretUse>,
}

/// What is done with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretUse {
    /// The host puts the bytes where a request leaves; the guest never has them.
    Inject,
    /// The guest sees the bytes.
    Reveal,
}

/// What a request does, as RBAC has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Reads one object.
    Get,
    /// Reads a collection.
    List,
    /// Follows changes.
    Watch,
    /// Creates an object.
    Create,
    /// Replaces an object.
    Update,
    /// Changes a part of an object, or applies one.
    Patch,
    /// Deletes one object.
    Delete,
    /// Deletes a collection.
    DeleteCollection,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::List,
        Self::Watch,
        Self::Create,
        Self::Update,
        Self::Patch,
        Self::Delete,
        Self::DeleteCollection,
    ];

    /// The verb as RBAC writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Verb {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::ALL
            .into_iter()
            .find(|verb| verb.as_str() == text)
            .ok_or_else(|| {
                PatternError::new(
                    "verb",
                    text,
                    "write get, list, watch, create, update, patch, delete, deletecollection or *",
                )
            })
    }
}

/// A verb, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerbPattern {
    /// `*`.
    Any,
    /// This one.
    One(Verb),
}

impl std::str::FromStr for VerbPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            Ok(Self::Any)
        } else {
            text.parse().map(Self::One)
        }
    }
}

impl fmt::Display for VerbPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::One(verb) => verb.fmt(f),
        }
    }
}

text_serde!(VerbPattern, "a verb such as get, or *");
