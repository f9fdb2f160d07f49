//! What a function may do, in writing: the author's [`FunctionManifest`], the operator's
//! [`FunctionGrant`] and [`ClusterFunctionGrant`], and the one grammar of [`Rules`] that they share.
//!
//! # How rights come about
//!
//! The manifest says the most that a plugin can ever need and travels inside its component. A grant
//! says what an operator gives. A call may do what **both** allow, and of that only what the
//! function planned for its exact arguments. So:
//!
//! - Lists within one object are a union, layers are an intersection.
//! - What is not written is not allowed. There are no rules that deny, so nothing has to be
//!   remembered for them, and a field that is unknown is an error, so a typing error cannot turn
//!   into silence.
//! - A scope is never implied: `names`, `pods`, `argv` and the like have to be written, if only as
//!   `["*"]`. Exceptions narrow when they are given and say so: `prefix` and `pathPrefix`.
//!
//! # Patterns
//!
//! | pattern | where | stands for |
//! |---|---|---|
//! | `*` | everywhere | any one value |
//! | `backup-*` | names | any name that begins so |
//! | `**` | the end of `argv`, the end of an image's path | everything that follows |
//! | `$subject` | namespaces | the namespace of what the ActionSet acts on |
//! | `$controller` | namespaces | the namespace of the controller |
//! | `$cluster` | namespaces | requests outside of any namespace |
//! | `$default` | containers | the pod's default container |
//! | `\*` | names, namespaces, containers, `argv` | the text after the backslash, literally |

mod error;
mod file;
mod flow;
mod grant;
mod limits;
mod manifest;
mod pattern;
mod reach;
mod rules;
mod size;
mod slots;
#[cfg(test)]
mod tests;

pub use error::{FileError, PatternError};
pub use file::{ApiVersion, GrantFile};
pub use flow::to_flow_yaml;
pub use grant::{
    ClusterFunctionGrant, ComponentDigest, FunctionGrant, FunctionSelector, GrantSpec,
};
pub use limits::Limits;
pub use manifest::{FunctionManifest, ManifestKind, Plugin};
pub use pattern::{
    AddressPattern, ArgvPart, ArgvPattern, ContainerPattern, DomainPattern, HostPattern,
    ImagePattern, ImageReference, ImageVersion, KeyPrefix, MethodPattern, NamePattern,
    NamespacePattern, Port, RepositoryEnd, WordPattern,
};
pub use reach::PodReach;
pub use rules::{
    ExecRule, HttpRule, HttpScheme, KubernetesRule, Rules, SecretRule, SecretUse, Section,
    StorageOperation, StorageRule, Verb, VerbPattern, WorkloadRule,
};
pub use size::ByteSize;
pub use slots::{ProfileSlot, SecretSlot, SlotBinding};

/// The API group of manifests and grants.
pub const GROUP: &str = "functions.kanister.io";
/// The version of the API group.
pub const VERSION: &str = "v1alpha1";
/// The value of `apiVersion` in manifests and grants.
pub const API_VERSION: &str = "functions.kanister.io/v1alpha1";
/// The custom section of a component that holds its [`FunctionManifest`] as YAML.
pub const MANIFEST_SECTION: &str = "kanister.manifest";
