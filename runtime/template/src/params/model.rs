//! The parameter tree as Rust types; fields in the order of upstream's struct, which is the order of its JSON.

use super::kubernetes::{ConfigMap, Secret};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Everything a Blueprint's templates can refer to. `None` is Go's nil: a nil pointer or a nil map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateParams {
    /// `.StatefulSet`
    pub stateful_set: Option<Workload>,
    /// `.DeploymentConfig`
    pub deployment_config: Option<Workload>,
    /// `.Deployment`
    pub deployment: Option<Workload>,
    /// `.PVC`
    pub pvc: Option<NamedObject>,
    /// `.Namespace`
    pub namespace: Option<NamedObject>,
    /// `.ArtifactsIn`
    pub artifacts_in: Option<BTreeMap<String, Artifact>>,
    /// `.ConfigMaps`
    pub config_maps: Option<BTreeMap<String, ConfigMap>>,
    /// `.Secrets`
    pub secrets: Option<BTreeMap<String, Secret>>,
    /// `.Time`: RFC 3339 with nanoseconds, UTC
    pub time: String,
    /// `.Profile`
    pub profile: Option<Profile>,
    /// `.Options`
    pub options: Option<BTreeMap<String, String>>,
    /// `.Object`: the content of the subject
    pub object: Option<Map<String, Json>>,
    /// `.CurrentPhase`
    pub current_phase: Option<Phase>,
    /// `.Phases`
    pub phases: Option<BTreeMap<String, Option<Phase>>>,
    /// `.DeferPhase`
    pub defer_phase: Option<Phase>,
    /// `.PodOverride`
    pub pod_override: Option<Map<String, Json>>,
    /// `.PodAnnotations`
    pub pod_annotations: Option<BTreeMap<String, String>>,
    /// `.PodLabels`
    pub pod_labels: Option<BTreeMap<String, String>>,
}

/// A StatefulSet, Deployment or DeploymentConfig.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    /// `.Name`
    pub name: String,
    /// `.Namespace`
    pub namespace: String,
    /// `.Pods`: names of running pods
    pub pods: Option<Vec<String>>,
    /// `.Containers`: for each pod the names of its containers
    pub containers: Option<Vec<Vec<String>>>,
    /// `.PersistentVolumeClaims`: pod → claim → mount path
    pub persistent_volume_claims: Option<BTreeMap<String, BTreeMap<String, String>>>,
}

/// A PersistentVolumeClaim or namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedObject {
    /// `.Name`
    pub name: String,
    /// `.Namespace`
    pub namespace: String,
}

/// An input artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Artifact {
    /// `.KeyValue`
    pub key_value: Option<BTreeMap<String, String>>,
    /// `.KopiaSnapshot`
    pub kopia_snapshot: String,
}

/// A Profile with its credential read from the Secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// `.Location`
    pub location: Location,
    /// `.Credential`
    pub credential: Credential,
    /// `.SkipSSLVerify`
    pub skip_ssl_verify: bool,
}

/// Where data is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// `.Type`, such as `s3Compliant`
    pub kind: String,
    /// `.Bucket`
    pub bucket: String,
    /// `.Endpoint`
    pub endpoint: String,
    /// `.Prefix`
    pub prefix: String,
    /// `.Region`
    pub region: String,
}

/// The credential of a Profile. Everything in it but its type is secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Credential {
    /// `.Type`: `keyPair`, `secret` or `kopia`
    pub kind: String,
    /// `.KeyPair`
    pub key_pair: Option<KeyPair>,
    /// `.Secret`
    pub secret: Option<Secret>,
    /// `.KopiaServerSecret`
    pub kopia_server_secret: Option<KopiaServerCredential>,
}

/// An access key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPair {
    /// `.ID`
    pub id: String,
    /// `.Secret`
    pub secret: String,
}

/// Access to a Kopia server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KopiaServerCredential {
    /// `.Username`
    pub username: String,
    /// `.Hostname`
    pub hostname: String,
    /// `.Password`
    pub password: String,
    /// `.Cert`
    pub cert: String,
    /// `.ConnectOptions`
    pub connect_options: Option<BTreeMap<String, i64>>,
}

/// What a phase refers to and what it gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phase {
    /// `.Secrets`
    pub secrets: Option<BTreeMap<String, Secret>>,
    /// `.ConfigMaps`
    pub config_maps: Option<BTreeMap<String, ConfigMap>>,
    /// `.Output`
    pub output: Option<Map<String, Json>>,
}
