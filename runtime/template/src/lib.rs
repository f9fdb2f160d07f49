//! Templates.
mod arguments;
mod context;
mod error;
mod eval;
mod fmt;
mod functions;
mod json;
mod marks;
mod options;
mod params;
mod rendered;
mod syntax;
mod template;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod value;
mod wait;

pub use arguments::{ArgumentError, Arguments, RenderedArguments, render_args};
pub use error::{ErrorKind, TemplateError};
pub use marks::Marks;
pub use options::{Dialect, Limits, Options, World};
pub use params::{
    Artifact, Bytes, ConfigMap, Credential, KeyPair, KopiaServerCredential, Location,
    ManagedFields, NamedObject, ObjectMeta, OwnerReference, Params, Phase, Profile, Secret,
    TemplateParams, Workload,
};
pub use rendered::{Text, Tree};
pub use template::Template;
pub use wait::{ConditionError, wait_condition, wait_v2_condition};
