//! `operation: delete`.

use crate::reference::Reference;
use kanister_sdk::kube::{Condition, DeleteOptions};
use kanister_sdk::prelude::*;
use std::time::Duration;

/// Longer than any phase: the host ends the call at its own deadline.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An object to delete.
#[derive(Debug, PartialEq)]
pub struct Deletion {
    reference: Reference,
    namespace: String,
}

impl Deletion {
    pub fn read(reference: Reference, namespace: &str) -> Result<Self, Invalid> {
        reference.check("delete")?;
        let own = Some(reference.namespace.as_str()).filter(|own| !own.is_empty());
        let namespace = own.unwrap_or(namespace).to_owned();
        Ok(Self {
            reference,
            namespace,
        })
    }

    pub fn accesses(&self) -> Vec<Access> {
        let Reference {
            group,
            resource,
            name,
            ..
        } = &self.reference;
        let scope = access::namespace(&self.namespace);
        access::resource(group, resource).verbs(&["delete", "list", "watch"], scope, Some(name))
    }

    /// Deletes the object and waits until it is gone; answers with the reference as given.
    pub fn run(self, cx: &Context) -> Result<Reference> {
        let target = self.reference.target(Some(&self.namespace));
        cx.kube().delete(&target, &DeleteOptions::default())?;
        cx.kube().wait(&target, &Condition::Absent, LONGEST_WAIT)?;
        Ok(self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::operation::tests::read;

    fn deletion(reference: Value) -> Deletion {
        let args =
            json!({"operation": "delete", "namespace": "given", "objectReference": reference});
        match read(args) {
            Ok(Operation::Delete(deletion)) => deletion,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_plan_is_exactly_the_object() {
        let reference = json!({"apiVersion": "v1", "resource": "services", "name": "old"});
        let expected = access::resource("", "services").verbs(
            &["delete", "list", "watch"],
            access::namespace("given"),
            Some("old"),
        );
        assert_eq!(deletion(reference).accesses(), expected);
    }

    #[test]
    fn the_namespace_of_the_reference_comes_first_and_the_answer_is_as_given() {
        let own = deletion(
            json!({"apiVersion": "v1", "group": "apps", "resource": "deployments",
                                  "name": "web", "namespace": "own"}),
        );
        assert_eq!(own.namespace, "own");
        let bare = deletion(json!({"apiVersion": "v1", "resource": "services", "name": "old"}));
        assert_eq!(
            serde_json::to_value(bare.reference).unwrap(),
            json!({"apiVersion": "v1", "group": "", "resource": "services", "kind": "", "name": "old"})
        );
    }
}
