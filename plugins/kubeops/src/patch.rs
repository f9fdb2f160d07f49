//! `operation: patch`.

use crate::reference::Reference;
use kanister_api::document;
use kanister_sdk::kube::{PatchKind, WriteOptions};
use kanister_sdk::prelude::*;
use kanister_sdk::types::Scope;

/// A change to an object.
#[derive(Debug, PartialEq)]
pub struct Patch {
    reference: Reference,
    patch: Value,
}

impl Patch {
    pub fn read(spec: &str, reference: Reference) -> Result<Self, Invalid> {
        let wrong = |message: String| Invalid::new("spec", message);
        let values = document::parse_values(spec).map_err(|error| wrong(error.to_string()))?;
        let [patch @ Value::Object(_)] = values.as_slice() else {
            return Err(wrong("a patch is one object".to_owned()));
        };
        reference.check("patch")?;
        Ok(Self {
            reference,
            patch: patch.clone(),
        })
    }

    fn namespace(&self) -> Option<&str> {
        Some(self.reference.namespace.as_str()).filter(|namespace| !namespace.is_empty())
    }

    pub fn accesses(&self) -> Vec<Access> {
        let Reference {
            group,
            resource,
            name,
            ..
        } = &self.reference;
        let scope = self.namespace().map_or(Scope::Cluster, access::namespace);
        access::resource(group, resource).verbs(&["patch"], scope, Some(name))
    }

    /// Patches strategically, so that lists merge by their keys; resources that do not know
    /// that, as custom resources, get a merge patch. Answers with the reference as given.
    pub fn run(self, cx: &Context) -> Result<Reference> {
        let target = self.reference.target(self.namespace());
        let patch = |kind| {
            cx.kube()
                .patch(&target, kind, &self.patch, &WriteOptions::default())
        };
        match patch(PatchKind::Strategic) {
            Err(failure) if is_unknown_format(&failure) => patch(PatchKind::Merge)?,
            answered => answered?,
        };
        Ok(self.reference)
    }
}

/// Whether the API server refused the kind of patch before it looked at it (HTTP 415).
fn is_unknown_format(failure: &Failure) -> bool {
    match failure {
        Failure::Permanent(cause) => {
            cause.code == "invalid" && cause.message.contains("accepted media types")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::operation::tests::read;

    fn patch(reference: Value, spec: &str) -> Result<Patch, String> {
        let args = json!({"operation": "patch", "objectReference": reference, "spec": spec});
        read(args).map(|operation| match operation {
            Operation::Patch(patch) => patch,
            other => panic!("{other:?}"),
        })
    }

    fn widget() -> Value {
        json!({"apiVersion": "v1", "group": "example.com", "resource": "widgets", "name": "w",
               "namespace": "shop"})
    }

    #[test]
    fn the_plan_is_exactly_the_object() {
        let read = patch(widget(), "spec: {size: 4, on: yes}").unwrap();
        assert_eq!(read.patch, json!({"spec": {"size": 4, "true": true}}));
        let resource = access::resource("example.com", "widgets");
        assert_eq!(
            read.accesses(),
            resource.verbs(&["patch"], access::namespace("shop"), Some("w"))
        );
        let cluster = json!({"apiVersion": "v1", "resource": "nodes", "name": "n"});
        assert_eq!(
            patch(cluster, "{}").unwrap().accesses(),
            access::resource("", "nodes").verbs(&["patch"], Scope::Cluster, Some("n"))
        );
    }

    #[test]
    fn a_patch_is_one_object() {
        for spec in ["[1]", "a: 1\n---\nb: 2", "text", "a: ["] {
            assert!(patch(widget(), spec).is_err(), "{spec}");
        }
        let nameless = patch(json!({"apiVersion": "v1", "resource": "nodes"}), "a: 1");
        assert!(nameless.unwrap_err().contains("for patch operation"));
    }

    #[test]
    fn only_a_refused_format_is_tried_again() {
        let refused = Failure::permanent(
            "the body of the request was in an unknown format - accepted media types include: \
             application/json-patch+json, application/merge-patch+json",
        );
        assert!(is_unknown_format(&refused.clone().with_code("invalid")));
        assert!(!is_unknown_format(&refused.with_code("conflict")));
        assert!(!is_unknown_format(
            &Failure::permanent("spec is wrong").with_code("invalid")
        ));
    }
}
