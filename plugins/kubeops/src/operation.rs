//! What a call asks for.

use crate::create::{self, Created};
use crate::delete::Deletion;
use crate::patch::Patch;
use crate::reference::Reference;
use kanister_sdk::prelude::*;

#[arguments]
pub struct KubeOps {
    /// `create`, `patch` or `delete`.
    operation: String,
    /// YAML or JSON: the objects to create, or the patch.
    spec: Option<String>,
    /// The namespace of objects that name none.
    #[argument(default = "default")]
    namespace: String,
    /// The object to patch or to delete: `apiVersion` (the version alone), `group`, `resource`,
    /// `name` and `namespace`.
    object_reference: Option<Reference>,
}

/// A call that makes sense.
#[derive(Debug, PartialEq)]
pub enum Operation {
    Create(Vec<Created>),
    Patch(Patch),
    Delete(Deletion),
}

impl KubeOps {
    pub fn read(&self) -> Result<Operation, Invalid> {
        let namespace = Some(self.namespace.as_str()).filter(|name| !name.is_empty());
        let namespace = namespace.unwrap_or("default");
        let reference = || self.object_reference.clone().unwrap_or_default();
        match self.operation.as_str() {
            "create" => create::read(self.spec("create")?, namespace).map(Operation::Create),
            "patch" => Patch::read(self.spec("patch")?, reference()).map(Operation::Patch),
            "delete" => Deletion::read(reference(), namespace).map(Operation::Delete),
            other => Err(Invalid::new(
                "operation",
                format!("invalid operation '{other}'"),
            )),
        }
    }

    fn spec(&self, operation: &str) -> Result<&str, Invalid> {
        let spec = self.spec.as_deref().filter(|spec| !spec.trim().is_empty());
        spec.ok_or_else(|| {
            Invalid::new(
                "spec",
                format!("spec cannot be empty for {operation} operation"),
            )
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn read(args: Value) -> Result<Operation, String> {
        let args: KubeOps = serde_json::from_value(args).unwrap();
        args.read()
            .map_err(|Invalid(errors)| errors[0].message.clone())
    }

    #[test]
    fn calls_without_sense_are_refused_in_the_words_users_know() {
        for (args, message) in [
            (json!({"operation": "apply"}), "invalid operation 'apply'"),
            (
                json!({"operation": "create"}),
                "spec cannot be empty for create operation",
            ),
            (
                json!({"operation": "patch", "spec": " "}),
                "spec cannot be empty for patch operation",
            ),
            (
                json!({"operation": "delete", "objectReference": {"apiVersion": "v1", "name": "n"}}),
                "missing one or more required fields name/namespace/group/apiVersion/resource in \
                 objectReference for delete operation",
            ),
        ] {
            assert_eq!(read(args), Err(message.to_owned()));
        }
    }
}
