//! The parameters of a template: what `.` is in arguments, object references and output artifacts.

mod build;
mod kubernetes;
mod model;
mod tagged;
mod types;

pub use kubernetes::{Bytes, ConfigMap, ManagedFields, ObjectMeta, OwnerReference, Secret};
pub use model::{
    Artifact, Credential, KeyPair, KopiaServerCredential, Location, NamedObject, Phase, Profile,
    TemplateParams, Workload,
};

pub(crate) use types::TEMPLATE_PARAMS;

use crate::value::Value;

/// Parameters made ready for rendering. Cheap to clone; make them once for many templates.
#[derive(Clone, Debug)]
pub struct Params {
    root: Value,
    /// Something in it is secret.
    secret: bool,
}

impl Params {
    /// The data of arguments and the like: the parameter tree with Go's names and types. What comes from a Secret or
    /// a credential is marked as secret.
    pub fn new(params: &TemplateParams) -> Params {
        Params::of(build::template_params(params))
    }

    /// The data of a `WaitV2` condition: an object as decoded from JSON, whole numbers being `int64`. The data of a
    /// Secret is marked.
    pub fn object(object: &serde_json::Value) -> Params {
        Params::of(build::object(object).settled())
    }

    /// No data: conditions of `Wait` are rendered so, after their JSONPaths were put in.
    pub fn nothing() -> Params {
        Params::of(Value::Missing)
    }

    /// Test data: JSON in which one-key objects stand for Go types that JSON has not. `$bytes` is base 64 for a byte
    /// slice, `$strmap` a `map[string]string`, `$strlist` a `[]string`, `$secret` a value that is secret.
    ///
    /// # Errors
    /// A text that says which tag holds the wrong thing.
    pub fn tagged(data: &serde_json::Value) -> Result<Params, String> {
        Ok(Params::of(tagged::value(data, false)?.settled()))
    }

    fn of(root: Value) -> Params {
        let secret = root.is_secret();
        Params { root, secret }
    }

    pub(crate) fn is_secret(&self) -> bool {
        self.secret
    }

    pub(crate) fn root(&self) -> &Value {
        &self.root
    }
}
